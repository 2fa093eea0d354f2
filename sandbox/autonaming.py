"""Physical names for resources whose program gives none, as the providers make them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import schema

# What names a resource where it is not `name` (the AWS provider's autonaming table).
_AWS_NAMES: Mapping[str, str] = {
    "aws:ec2/keyPair:KeyPair": "keyName",
    "aws:eks/nodeGroup:NodeGroup": "nodeGroupName",
    "aws:elasticache/cluster:Cluster": "clusterId",
    "aws:elasticache/replicationGroup:ReplicationGroup": "replicationGroupId",
    "aws:rds/cluster:Cluster": "clusterIdentifier",
    "aws:rds/clusterInstance:ClusterInstance": "identifier",
    "aws:rds/instance:Instance": "identifier",
    "aws:s3/bucket:Bucket": "bucket",
}
# Names that AWS stores, or demands, in lower case.
_LOWER_CASE = frozenset(
    {
        *_AWS_NAMES.keys() - {"aws:ec2/keyPair:KeyPair", "aws:eks/nodeGroup:NodeGroup"},
        "aws:elasticache/parameterGroup:ParameterGroup",
        "aws:elasticache/subnetGroup:SubnetGroup",
        "aws:ecr/repository:Repository",
        "aws:rds/parameterGroup:ParameterGroup",
        "aws:rds/subnetGroup:SubnetGroup",
    }
)
# What ends in .fifo where this input says so (pulumi-aws, provider/resources.go: PostTransform of the name).
_FIFO: Mapping[str, str] = {"aws:sqs/queue:Queue": "fifoQueue", "aws:sns/topic:Topic": "fifoTopic"}
_AWS_HEX_DIGITS = 7  # pulumi-terraform-bridge: AutoName appends a dash and 7 hexadecimal digits
_KUBERNETES_HEX_DIGITS = 8  # pulumi-kubernetes: metadata/naming.go
AUTONAMED = "pulumi.com/autonamed"


@dataclass(frozen=True)
class Proposal:
    """What the engine's `pulumi:autonaming` says of one resource; no name where it says nothing."""

    name: str = ""
    disabled: bool = False


class NameRequiredError(ValueError):
    """Autonaming is switched off and the program gives no name."""


def named_by(token: str) -> str | None:
    """Return the input of an AWS type that autonaming fills, or None where its name is not made up."""
    described = schema.resource(token)
    name = _AWS_NAMES.get(token, "name")
    field = described.inputs.get(name) if described else None
    return name if field is not None and not field.required and field.type.kind == "string" else None


def aws(
    token: str, name: str, inputs: dict[str, Any], olds: Mapping[str, Any], proposal: Proposal, digits: str
) -> dict[str, Any]:
    """`inputs` with a physical name, and `__defaults` listing what was filled in. An old name is kept."""
    wanted = named_by(token)
    if wanted is None or inputs.get(wanted) is not None or inputs.get(f"{wanted}Prefix") is not None:
        return {**inputs, "__defaults": []}
    if wanted in olds.get("__defaults", ()) and olds.get(wanted):
        return {**inputs, wanted: olds[wanted], "__defaults": [wanted]}
    if proposal.disabled:
        raise NameRequiredError(f"`{wanted}` is required: autonaming is disabled for this resource")
    made = proposal.name or f"{name}-{digits[:_AWS_HEX_DIGITS]}"
    if inputs.get(_FIFO.get(token, "")) is True:
        made = f"{made}.fifo"
    return {**inputs, wanted: made.lower() if token in _LOWER_CASE else made, "__defaults": [wanted]}


def kubernetes(
    name: str, inputs: dict[str, Any], olds: Mapping[str, Any], proposal: Proposal, digits: str
) -> dict[str, Any]:
    """`inputs` with `metadata.name`, annotated as made up. An old made-up name is kept."""
    metadata = dict(inputs.get("metadata") or {})
    if metadata.get("name") is not None or metadata.get("generateName") is not None:
        return inputs
    if proposal.disabled:
        raise NameRequiredError("`metadata.name` is required: autonaming is disabled for this resource")
    old = olds.get("metadata") or {}
    kept = old.get("name") if (old.get("annotations") or {}).get(AUTONAMED) == "true" else None
    metadata["name"] = kept or proposal.name or f"{name}-{digits[:_KUBERNETES_HEX_DIGITS]}"
    metadata["annotations"] = {**(metadata.get("annotations") or {}), AUTONAMED: "true"}
    return {**inputs, "metadata": metadata}


def release(
    name: str, inputs: dict[str, Any], olds: Mapping[str, Any], proposal: Proposal, digits: str
) -> dict[str, Any]:
    """`inputs` of a Helm release with a release name. An old name is kept."""
    if inputs.get("name") is not None:
        return inputs
    return {**inputs, "name": olds.get("name") or proposal.name or f"{name}-{digits[:_KUBERNETES_HEX_DIGITS]}"}
