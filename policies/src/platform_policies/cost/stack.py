"""What a stack pays for as a whole."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..kit.reading import UNKNOWN, get, given
from ..kit.stack import Finding, Stack, StackRule

_NAT, _VPC = "aws:ec2/natGateway:NatGateway", "aws:ec2/vpc:Vpc"
_COSTLY = ("aws:eks/cluster:Cluster", "aws:rds/instance:Instance", "aws:elasticache/replicationGroup:ReplicationGroup")
_BUCKETS = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
Parameters = Mapping[str, Any]


def _no_budget(stack: Stack, _: Parameters) -> Iterator[Finding]:
    told = [
        b
        for b in stack.of("aws:budgets/budget:Budget")
        if b.get("notifications") is UNKNOWN or b.items("notifications")
    ]
    costly = stack.of(*_COSTLY)
    if costly and not told:
        yield Finding(costly[0].urn)


def _many_nats(stack: Stack, parameters: Parameters) -> Iterator[Finding]:
    for gateway in stack.of(_NAT)[int(parameters["most"]) :]:
        yield Finding(gateway.urn)


def _no_s3_endpoint(stack: Stack, _: Parameters) -> Iterator[Finding]:
    gateways = [
        endpoint for endpoint in stack.of("aws:ec2/vpcEndpoint:VpcEndpoint")
        if endpoint.get("vpcEndpointType") in ("Gateway", None) and str(endpoint.get("serviceName")).endswith(".s3")
    ]  # fmt: skip
    if stack.of(_NAT):
        for vpc in stack.of(_VPC):
            if not any(endpoint.points("vpcId", vpc) for endpoint in gateways):
                yield Finding(vpc.urn)


def _no_lifecycle(stack: Stack, _: Parameters) -> Iterator[Finding]:
    def ends(node: Any) -> bool:
        rules = node.items("rules") + node.items("lifecycleRules")
        aborts = any(
            given(get(rule, "abortIncompleteMultipartUpload")) or given(get(rule, "abortIncompleteMultipartUploadDays"))
            for rule in rules
        )
        return node.get("rules") is UNKNOWN or aborts

    own = [bucket for bucket in stack.of(*_BUCKETS) if not ends(bucket)]
    return stack.lacking(own, "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "bucket", ends)


def _idle_addresses(stack: Stack, _: Parameters) -> Iterator[Finding]:
    users = [
        *stack.of(_NAT, "aws:ec2/eipAssociation:EipAssociation"),
        *stack.of("aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer"),
    ]
    for address in stack.of("aws:ec2/eip:Eip"):
        held = given(address.get("instance")) or given(address.get("networkInterface"))
        if not held and not any(
            user.points(key, address)
            for user in users
            for key in ("allocationId", "allocationIds", "subnetMappings", "availabilityZoneAddresses")
        ):
            yield Finding(address.urn)


RULES = (
    StackRule(
        "cost-budget", "medium", "a stack has an AWS Budget that notifies somebody", "give it a Budget with a notification", "cost", _no_budget,
        link="https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-managing-costs.html", level="advisory", judges="a stack with a cluster, a database or a cache",
    ),
    StackRule(
        "cost-nat-few", "medium", "the stack has no more NAT gateways than it may", "share one, where losing its zone is acceptable", "cost", _many_nats,
        link="https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-pricing.html", parameters={"most": 3}, judges="every NAT gateway",
    ),
    StackRule(
        "cost-s3-endpoint", "low", "S3 traffic uses a gateway endpoint instead of NAT, which is billed per GiB", "give the VPC a gateway endpoint for S3", "cost", _no_s3_endpoint,
        link="https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html", level="advisory", judges="every VPC with NAT",
    ),
    StackRule(
        "s3-lifecycle", "low", "every bucket has a lifecycle rule that aborts incomplete multipart uploads", "give it a BucketLifecycleConfiguration with abortIncompleteMultipartUpload", "cost",
        _no_lifecycle, refs="FSBP S3.13, CKV2_AWS_61, CKV_AWS_300", level="advisory", judges="every bucket",
    ),
    StackRule(
        "cost-idle-ip", "low", "no Elastic IP is allocated without being used", "release it, or use it", "cost", _idle_addresses, refs="FSBP EC2.12",
        link="https://aws.amazon.com/vpc/pricing/", level="advisory", judges="every Elastic IP",
    ),
)  # fmt: skip
