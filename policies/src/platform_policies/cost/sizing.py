"""What costs more than it must."""

import re
from fnmatch import fnmatchcase
from typing import Any

from ..kit.reading import UNKNOWN, get, given, items, number
from ..kit.rule import Resource, Rule

# AWS lists these as previous generations: aws.amazon.com/ec2/previous-generation, .../rds/previous-generation
_PREVIOUS = re.compile(r"(db\.|cache\.)?(t1|t2|m1|m2|m3|m4|c1|c3|c4|r3|r4|i2|d2|g2|g3|x1|x1e)\..+")
_ARM = re.compile(r"(db\.|cache\.)?[a-z]+\d+g[a-z]*\..+")
_SIZED = {
    "aws:ec2/instance:Instance": "instanceType",
    "aws:ec2/launchTemplate:LaunchTemplate": "instanceType",
    "aws:eks/nodeGroup:NodeGroup": "instanceTypes",
    "aws:rds/instance:Instance": "instanceClass",
    "aws:rds/clusterInstance:ClusterInstance": "instanceClass",
    "aws:elasticache/replicationGroup:ReplicationGroup": "nodeType",
    "aws:elasticache/cluster:Cluster": "nodeType",
}
_CACHE = r"aws:elasticache/(replicationGroup:ReplicationGroup|cluster:Cluster)"
_VOLUMES = r"aws:(ebs/volume:Volume|ec2/(instance:Instance|launchTemplate:LaunchTemplate)|rds/instance:Instance)|kubernetes:storage.k8s.io/v1:StorageClass"
_TYPES = "|".join(_SIZED)
_OLD_VOLUMES = ("gp2", "io1", "standard")
_PRICES = "https://docs.aws.amazon.com/cost-management/latest/userguide/"


def _sizes(resource: Resource) -> list[str]:
    value = resource.get(_SIZED[resource.type])
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]


def _disks(resource: Resource) -> list[Any]:
    if resource.type.startswith("kubernetes:"):
        return [resource.get("parameters", "type")]
    if resource.type == "aws:rds/instance:Instance":
        return [resource.get("storageType")]
    if resource.type == "aws:ebs/volume:Volume":
        return [resource.get("type")]
    disks = [resource.get("rootBlockDevice"), *resource.items("ebsBlockDevices")]
    disks += [get(disk, "ebs") for disk in resource.items("blockDeviceMappings")]
    return [get(disk, "volumeType") for disk in disks]


def _fits(resource: Resource) -> bool:
    allowed: list[str] = resource.parameters["allowed"]
    return not allowed or all(any(fnmatchcase(size, one) for one in allowed) for size in _sizes(resource))


def _provisioned(resource: Resource) -> bool:
    most = resource.parameters["most"]
    return all(
        (number(iops) or 0) <= most
        for iops in [resource.get("iops"), *(get(d, "iops") for d in items(resource.props, "ebsBlockDevices"))]
    )


def _kept(resource: Resource) -> bool:
    days, most = resource.get("retentionInDays"), resource.parameters["most_days"]
    return days is UNKNOWN or not given(days) or (number(days) or 0) <= most


RULES = (
    Rule(
        "cost-generation", "low", "no instance type is of a previous generation, which costs more and does less", "use the current generation's type", "cost", _TYPES,
        lambda s: not any(_PREVIOUS.fullmatch(size) for size in _sizes(s)), link="https://aws.amazon.com/ec2/previous-generation/",
    ),
    Rule(
        "cost-graviton", "low", "instance types are Graviton (arm64), which costs a fifth less", "use a type with g after its generation, where the software runs on arm64", "cost", _TYPES,
        lambda s: all(_ARM.fullmatch(size) for size in _sizes(s)), link="https://aws.amazon.com/ec2/graviton/", level="advisory",
    ),
    Rule(
        "cost-size", "medium", "instance types are among those that the stack may use", "choose one that the parameter `allowed` lists", "cost", _TYPES, _fits,
        link=f"{_PRICES}ce-rightsizing.html", parameters={"allowed": []},
    ),
    Rule(
        "cost-volume-type", "low", "EBS and RDS volumes are gp3, which costs a fifth less than gp2 and io1", "set the volume's type to gp3", "cost", _VOLUMES,
        lambda s: not any(one in _OLD_VOLUMES for one in _disks(s)), link="https://aws.amazon.com/ebs/general-purpose/",
    ),
    Rule(
        "cost-iops", "medium", "provisioned IOPS are not above the stack's maximum", "lower iops, or raise the parameter `most`", "cost",
        r"aws:(ebs/volume:Volume|rds/instance:Instance|ec2/instance:Instance)", _provisioned, link="https://aws.amazon.com/ebs/pricing/", parameters={"most": 16000},
    ),
    Rule(
        "cost-log-days", "low", "a log group's retention is not above `most_days`", "lower retentionInDays", "cost", "aws:cloudwatch/logGroup:LogGroup", _kept,
        link="https://aws.amazon.com/cloudwatch/pricing/", parameters={"most_days": 3653},
    ),
    Rule(
        "cost-valkey", "low", "a cache's engine is Valkey, which costs a fifth less than Redis OSS", "set engine to valkey", "cost", _CACHE,
        lambda s: s.get("engine") not in ("redis", None), link="https://aws.amazon.com/elasticache/pricing/", level="advisory",
    ),
    Rule(
        "cost-storage-grows", "low", "a database has storage autoscaling, instead of storage provisioned beforehand", "set maxAllocatedStorage", "cost", "aws:rds/instance:Instance",
        lambda s: given(s.get("maxAllocatedStorage")), link="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html", level="advisory",
    ),
)  # fmt: skip
