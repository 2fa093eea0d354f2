"""CloudFront and its origins, load balancers and their targets."""

from typing import Any

from sandbox.roads import rules
from sandbox.world import Record
from tests.roads.builder import ANYWHERE, EVERYTHING, Stack, allow, entry, policy, rule
from tests.roads.pair import pair

_ORIGINS = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-vpc-origins.html"
_SIGN_IN = "https://repost.aws/knowledge-center/elb-configure-authentication-alb"
_TROUBLE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html"
_GROUPS = (
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-update-security-groups.html"
)
_CHECKS = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html"
# AWS's own list of the addresses from which CloudFront asks origins
CLOUDFRONT = "pl-4fa04526"


def _origin(stack: Stack, *, ingress: Any = None, port: int = 80, gateway: bool = True) -> tuple[Record, Record]:
    """Add a VPC with an internal load balancer behind a VPC origin of a distribution; give the VPC and its subnet."""
    vpc = stack.vpc()
    inner = stack.subnet(vpc, "inner", "10.0.0.0/24")
    if gateway:
        stack.gateway(vpc)
    own = stack.group(vpc, "balancer", ingress=[rule(80, lists=[CLOUDFRONT]) if ingress is None else ingress])
    balancer = stack.balancer(own, inner)
    stack.listener(balancer, port)
    origin = stack.make(
        "aws:cloudfront/vpcOrigin:VpcOrigin", "origin",
        vpc_origin_endpoint_config={
            "arn": balancer.outputs["arn"], "name": "origin", "http_port": 80, "https_port": 443,
            "origin_protocol_policy": "http-only",
        },
    )  # fmt: skip
    stack.times[origin.urn] = {"create": 45 * 60, "delete": 45 * 60}
    stack.make(
        "aws:cloudfront/distribution:Distribution", "site",
        origins=[{"origin_id": "app", "vpc_origin_config": {"vpc_origin_id": origin.id}}],
    )  # fmt: skip
    return vpc, inner


@pair(rules.ACL_IN, "Distribution", "LoadBalancer", _ORIGINS)
def cloudfronts_packets_at_an_acl_for_the_vpc_alone(stack: Stack, wall: bool) -> None:
    vpc, inner = _origin(stack)
    asked = entry(100, 0, 65535, "10.0.0.0/16" if wall else ANYWHERE)
    stack.acl(vpc, "inner-acl", inner, ingress=[asked], egress=[EVERYTHING])


@pair(rules.ACL_ANSWER, "Distribution", "LoadBalancer", _ORIGINS)
def answers_to_cloudfront_at_an_acl_for_the_vpc_alone(stack: Stack, wall: bool) -> None:
    vpc, inner = _origin(stack)
    answers = entry(100, 1024, 65535, "10.0.0.0/16" if wall else ANYWHERE)
    stack.acl(vpc, "inner-acl", inner, ingress=[EVERYTHING], egress=[answers])


@pair(rules.VPC_ORIGIN, "Distribution", "LoadBalancer", _ORIGINS)
def an_origin_in_a_vpc_without_an_internet_gateway(stack: Stack, wall: bool) -> None:
    _origin(stack, gateway=not wall)


@pair(rules.GROUP_IN, "Distribution", "LoadBalancer", _ORIGINS)
def an_origin_whose_group_admits_the_vpc_alone(stack: Stack, wall: bool) -> None:
    _origin(stack, ingress=rule(80, cidr="10.0.0.0/16") if wall else rule(80, lists=[CLOUDFRONT]))


@pair(rules.LISTENER, "Distribution", "LoadBalancer", _ORIGINS)
def an_origin_that_is_asked_where_nothing_listens(stack: Stack, wall: bool) -> None:
    _origin(stack, port=8080 if wall else 80)


def _custom_origin(stack: Stack, *, internal: bool, ingress: Any) -> None:
    vpc = stack.vpc()
    public = stack.subnet(vpc, "public", "10.0.0.0/24")
    stack.table(vpc, "public-rt", public, gateway_id=stack.gateway(vpc).id)
    balancer = stack.balancer(stack.group(vpc, "balancer", ingress=[ingress]), public, internal=internal)
    stack.listener(balancer, 80)
    custom = {"http_port": 80, "https_port": 443, "origin_protocol_policy": "http-only"}
    stack.make(
        "aws:cloudfront/distribution:Distribution", "site",
        origins=[{"origin_id": "app", "domain_name": balancer.outputs["dnsName"], "custom_origin_config": custom}],
    )  # fmt: skip


@pair(
    rules.BALANCER_INTERNAL,
    "Distribution",
    "LoadBalancer",
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html",
)
def an_internal_balancer_as_a_custom_origin(stack: Stack, wall: bool) -> None:
    _custom_origin(stack, internal=wall, ingress=rule(80, lists=[CLOUDFRONT]))


@pair(
    rules.GROUP_IN,
    "Distribution",
    "LoadBalancer",
    "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/LocationsOfEdgeServers.html",
)
def a_custom_origin_that_admits_the_vpc_alone(stack: Stack, wall: bool) -> None:
    _custom_origin(
        stack, internal=False, ingress=rule(80, cidr="10.0.0.0/16") if wall else rule(80, lists=[CLOUDFRONT])
    )


@pair(
    rules.BUCKET_POLICY,
    "Distribution",
    "Bucket",
    "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html",
)
def a_bucket_that_lets_no_distribution_read(stack: Stack, wall: bool) -> None:
    bucket = stack.make("aws:s3/bucket:Bucket", "files")
    control = stack.make(
        "aws:cloudfront/originAccessControl:OriginAccessControl", "control", origin_access_control_origin_type="s3",
        signing_behavior="always", signing_protocol="sigv4",
    )  # fmt: skip
    site = stack.make(
        "aws:cloudfront/distribution:Distribution", "site",
        origins=[{
            "origin_id": "files", "domain_name": bucket.outputs["bucketRegionalDomainName"],
            "origin_access_control_id": control.id,
        }],
    )  # fmt: skip
    source = f"{site.outputs['arn']}{'X' if wall else ''}"
    read = allow(
        "cloudfront.amazonaws.com", "s3:GetObject", resource=f"{bucket.outputs['arn']}/*",
        StringEquals={"AWS:SourceArn": source},
    )  # fmt: skip
    stack.make("aws:s3/bucketPolicy:BucketPolicy", "files-policy", bucket=bucket.id, policy=policy(read))


def _targets(stack: Stack, *, port: int = 8080, **group: Any) -> tuple[Record, Record, Record, Record]:
    """Add a balancer and an instance in a VPC; give the VPC, the balancer, its group and the target group."""
    vpc = stack.vpc()
    inner = stack.subnet(vpc, "inner", "10.0.0.0/24")
    own = stack.group(vpc, "balancer-sg", ingress=[rule(80, cidr="10.0.0.0/16")])
    stack.balancer(own, inner)
    targets = stack.target_group(vpc, port, **group)
    return vpc, inner, own, targets


def _forward(stack: Stack, targets: Record) -> None:
    (balancer,) = [each for each in stack.records if each.token == "aws:lb/loadBalancer:LoadBalancer"]
    stack.listener(balancer, 80, {"type": "forward", "target_group_arn": targets.outputs["arn"]})


@pair(rules.GROUP_IN, "LoadBalancer", "Instance", _TROUBLE)
def a_target_that_does_not_admit_the_balancer(stack: Stack, wall: bool) -> None:
    vpc, inner, own, targets = _targets(stack)
    _forward(stack, targets)
    machines = stack.group(vpc, "machines", ingress=[] if wall else [rule(8080, group=own)])
    stack.register(targets, stack.instance(inner, machines))


@pair(rules.GROUP_OUT, "LoadBalancer", "Instance", _GROUPS)
def a_balancer_that_may_not_ask_the_targets_port(stack: Stack, wall: bool) -> None:
    vpc = stack.vpc()
    inner = stack.subnet(vpc, "inner", "10.0.0.0/24")
    out = rule(80 if wall else 8080, cidr=ANYWHERE)
    own = stack.group(vpc, "balancer-sg", ingress=[rule(80, cidr="10.0.0.0/16")], egress=[out])
    stack.balancer(own, inner)
    targets = stack.target_group(vpc)
    _forward(stack, targets)
    stack.register(targets, stack.instance(inner, stack.group(vpc, "machines", ingress=[rule(8080, group=own)])))


@pair(rules.GROUP_IN, "LoadBalancer", "Instance", _CHECKS)
def a_health_check_at_a_port_of_its_own(stack: Stack, wall: bool) -> None:
    vpc, inner, own, targets = _targets(stack, health_check={"port": "9000"})
    _forward(stack, targets)
    admitted = [rule(8080, group=own), *([] if wall else [rule(9000, group=own)])]
    stack.register(targets, stack.instance(inner, stack.group(vpc, "machines", ingress=admitted)))


@pair(rules.NO_TARGETS, "LoadBalancer", "", _TROUBLE)
def a_listener_whose_group_is_empty(stack: Stack, wall: bool) -> None:
    vpc, inner, own, targets = _targets(stack)
    _forward(stack, targets)
    if not wall:
        machines = stack.group(vpc, "machines", ingress=[rule(8080, group=own)])
        stack.register(targets, stack.instance(inner, machines))


@pair(rules.TARGETS_UNUSED, "listener", "TargetGroup", _CHECKS)
def targets_that_no_listener_asks(stack: Stack, wall: bool) -> None:
    vpc, inner, own, targets = _targets(stack)
    other = stack.make("aws:lb/targetGroup:TargetGroup", "other", vpc_id=vpc.id, port=8080, protocol="HTTP")
    _forward(stack, other if wall else targets)
    stack.register(targets, stack.instance(inner, stack.group(vpc, "machines", ingress=[rule(8080, group=own)])))


@pair(rules.BALANCER_SUBNETS, "viewers", "LoadBalancer", _TROUBLE)
def a_public_balancer_in_private_subnets(stack: Stack, wall: bool) -> None:
    vpc = stack.vpc()
    public, private = stack.subnet(vpc, "public", "10.0.0.0/24"), stack.subnet(vpc, "private", "10.0.1.0/24")
    stack.table(vpc, "public-rt", public, gateway_id=stack.gateway(vpc).id)
    stack.table(vpc, "private-rt", private, nat_gateway_id=stack.nat(public).id)
    own = stack.group(vpc, "balancer", ingress=[rule(80, cidr=ANYWHERE)])
    stack.listener(stack.balancer(own, private if wall else public, internal=False), 80)


@pair(rules.GROUP_IN, "viewers", "LoadBalancer", _GROUPS)
def a_public_balancer_that_admits_another_port(stack: Stack, wall: bool) -> None:
    vpc = stack.vpc()
    public = stack.subnet(vpc, "public", "10.0.0.0/24")
    stack.table(vpc, "public-rt", public, gateway_id=stack.gateway(vpc).id)
    own = stack.group(vpc, "balancer", ingress=[rule(443 if wall else 80, cidr=ANYWHERE)])
    stack.listener(stack.balancer(own, public, internal=False), 80)


def _signs_in(stack: Stack, **route: object) -> tuple[Record, Record]:
    vpc = stack.vpc()
    public, inner = stack.subnet(vpc, "public", "10.0.0.0/24"), stack.subnet(vpc, "inner", "10.0.1.0/24")
    stack.table(vpc, "public-rt", public, gateway_id=stack.gateway(vpc).id)
    stack.table(vpc, "inner-rt", inner, **({} if route else {"nat_gateway_id": stack.nat(public).id}))
    stack.listener(stack.balancer(stack.group(vpc, "balancer"), inner), 80, {"type": "authenticate-oidc"})
    return vpc, inner


@pair(rules.SIGN_IN, "LoadBalancer", "identity provider", _SIGN_IN)
def a_balancer_without_a_route_to_the_identity_provider(stack: Stack, wall: bool) -> None:
    _signs_in(stack, **({"none": True} if wall else {}))


@pair(rules.SIGN_IN, "LoadBalancer", "identity provider", _SIGN_IN)
def a_balancer_whose_acl_keeps_the_identity_providers_answers(stack: Stack, wall: bool) -> None:
    vpc, inner = _signs_in(stack)
    answers = [] if wall else [entry(200, 1024, 65535)]
    stack.acl(vpc, "inner-acl", inner, ingress=[entry(100, 80, 80), *answers], egress=[EVERYTHING])
