"""Zones in which CloudFront does not reach a load balancer."""

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

# CloudFront developer guide, private-content-vpc-origins: supported regions. A zone's name means another zone in each
# account, and its id does not. EKS takes no subnet in three of them either (EKS user guide, network-reqs).
UNSERVED = {
    "ap-northeast-1": "apne1-az3",
    "ca-central-1": "cac1-az3",
    "us-east-1": "use1-az3",
    "us-west-1": "usw1-az2",
}


def served(region: str, zones: Sequence[str], opts: pulumi.InvokeOutputOptions) -> Mapping[str, pulumi.Input[str]]:
    """Return each zone's name by itself; one of a zone that CloudFront does not serve fails, in a preview too."""
    if region not in UNSERVED:
        return {zone: zone for zone in zones}
    found = aws.get_availability_zones_output(state="available", opts=opts)
    ids = pulumi.Output.all(found.names, found.zone_ids).apply(lambda known: dict(zip(*known, strict=True)))
    return {zone: _judged(zone, ids) for zone in zones}


def _judged(zone: str, ids: pulumi.Output[dict[str, str]]) -> pulumi.Output[str]:
    return ids.apply(lambda known: judged(zone, known))


def judged(zone: str, ids: Mapping[str, str]) -> str:
    """Return a zone's name; `ids` are those of the account's zones by their names."""
    if ids.get(zone) in UNSERVED.values():
        others = ", ".join(name for name, its in ids.items() if its not in UNSERVED.values())
        raise pulumi.RunError(
            f"network.zones: {zone} is {ids[zone]} in this account, where CloudFront reaches no load balancer: "
            f"take others of {others}"
        )
    return zone
