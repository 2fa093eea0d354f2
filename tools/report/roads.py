"""Which ways traffic takes open or close with a change: the roads of the base, and those once the change stands."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from sandbox.laws.inventory import Inventory
from sandbox.roads.find import find
from sandbox.roads.model import Finding, Road
from sandbox.world import World

from .model import Change

# what stands on a road, or says who may take it: any change of it may open or close one
_GATES = (
    *("SecurityGroup", "SecurityGroupIngressRule", "SecurityGroupEgressRule", "NetworkPolicy", "NetworkAcl"),
    *("NetworkAclRule", "Route", "RouteTable", "RouteTableAssociation", "Subnet", "Vpc", "VpcEndpoint", "RolePolicy"),
    *("RolePolicyAttachment", "PodIdentityAssociation", "BucketPolicy", "QueuePolicy", "TopicPolicy", "Listener"),
    *("ListenerRule", "TargetGroup", "NatGateway", "VpcOrigin"),
)
# what roads begin or end at: they come and go with it
_ENDS = (
    *("Service", "Deployment", "StatefulSet", "DaemonSet", "Release", "Instance", "Cluster", "ReplicationGroup"),
    *("Queue", "Topic", "Table", "Distribution", "LoadBalancer", "Bucket"),
)


def may_differ(changes: Sequence[Change]) -> bool:
    """Return whether a road may open or close, so that it is worth bringing the change up."""
    return any(
        each.kind != "tags" and (_last(each) in _GATES or (_last(each) in _ENDS and each.kind != "update"))
        for each in changes
    )


def walked(world_file: Path) -> Finding:
    """Return the roads of what stands."""
    with closing(World(world_file)) as existing:
        return find(Inventory(list(existing)))


def differences(before: Finding, after: Finding) -> Iterator[str]:
    """Yield what opens and what closes, walls first."""
    old, new = ({_ends(road): road for road in each.roads} for each in (before, after))
    for ends, road in new.items():
        if road.wall and (ends not in old or old[ends].open):
            yield f"closed: {ends}: {road.wall.resource} {road.wall.found}"
    spare = {(each.resource, each.found) for each in before.spare}
    for each in after.spare:
        if (each.resource, each.found) not in spare:
            yield f"open, and nobody needs it: {each.resource} {each.found}"
    for ends, road in new.items():
        if road.open and (ends not in old or not old[ends].open):
            yield f"opens: {ends}: {road.needed}"
    for ends, road in old.items():
        if road.open and ends not in new:
            yield f"gone: {ends}: {road.needed}"


def _ends(road: Road) -> str:
    return f"{road.source} → {road.target}" + (f" ({road.traffic})" if road.traffic else "")


def _last(change: Change) -> str:
    return change.type.rpartition(" ")[2]
