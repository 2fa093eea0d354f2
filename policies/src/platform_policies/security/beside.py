"""What should stand beside a warehouse, a firewall, a zone of names, and what the internet calls."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..kit.reading import given
from ..kit.stack import Finding, Node, Stack, StackRule

Parameters = Mapping[str, Any]
_BALANCERS = ("aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer")
_ASSOCIATION = "aws:wafv2/webAclAssociation:WebAclAssociation"


def _beside(of: tuple[str, ...], companion: str, key: str) -> Any:
    def broken(stack: Stack, _: Parameters) -> Iterator[Finding]:
        return stack.lacking(stack.of(*of), companion, key)

    return broken


def _zones(companion: str, key: str) -> Any:
    """Return what is wanted beside a zone that the internet asks."""

    def broken(stack: Stack, _: Parameters) -> Iterator[Finding]:
        public = [zone for zone in stack.of("aws:route53/zone:Zone") if not given(zone.get("vpcs"))]
        return stack.lacking(public, companion, key)

    return broken


def _called(stack: Stack, _: Parameters) -> Iterator[Finding]:
    def faces(node: Node) -> bool:
        # what is behind CloudFront is cf-no-bypass's, and its web ACL is the distribution's
        behind = any(one.points("origins", node) for one in stack.of("aws:cloudfront/distribution:Distribution"))
        return (
            node.get("internal") in (False, None)
            and node.get("loadBalancerType") in (None, "application")
            and not behind
        )

    called = [
        *(node for node in stack.of(*_BALANCERS) if faces(node)),
        *stack.of("aws:apigateway/stage:Stage", "aws:appsync/graphQLApi:GraphQLApi"),
    ]
    return stack.lacking(called, _ASSOCIATION, "resourceArn")


RULES = (
    StackRule(
        "redshift-logs", "medium", "a warehouse logs who connects and what they ask", "give it a redshift.Logging", "audit",
        _beside(("aws:redshift/cluster:Cluster",), "aws:redshift/logging:Logging", "clusterIdentifier"), refs="FSBP Redshift.4, CKV_AWS_71", judges="every Redshift cluster",
    ),
    StackRule(
        "firewall-logs", "medium", "a network firewall logs", "give it a LoggingConfiguration", "audit",
        _beside(("aws:networkfirewall/firewall:Firewall",), "aws:networkfirewall/loggingConfiguration:LoggingConfiguration", "firewallArn"), refs="FSBP NetworkFirewall.2, CKV2_AWS_63", judges="every network firewall",
    ),
    StackRule(
        "dns-logs", "low", "a public zone logs who asks for what", "give it a QueryLog", "audit", _zones("aws:route53/queryLog:QueryLog", "zoneId"), refs="FSBP Route53.2, CKV2_AWS_39", level="advisory", judges="every public hosted zone",
    ),
    StackRule(
        "dns-signed", "low", "a public zone is signed (DNSSEC)", "give it a HostedZoneDnsSec", "configuration", _zones("aws:route53/hostedZoneDnsSec:HostedZoneDnsSec", "hostedZoneId"), refs="CKV2_AWS_38", level="advisory",
        link="https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec.html", judges="every public hosted zone",
    ),
    StackRule(
        "waf-in-front", "medium", "what the internet calls has a web ACL", "give it a WebAclAssociation", "boundary", _called, refs="FSBP ELB.16, FSBP APIGateway.4, CKV2_AWS_28, CKV2_AWS_29, CKV2_AWS_33", level="advisory",
        judges="every public application load balancer, stage of a REST API and GraphQL API",
    ),
)  # fmt: skip
