"""Cases of the pack `cost`."""

import json

from .case import ABSENT, UNKNOWN, Case, one

_DATABASE, _CACHE = "aws:rds/instance:Instance", "aws:elasticache/replicationGroup:ReplicationGroup"
_MACHINE, _NODES = "aws:ec2/instance:Instance", "aws:eks/nodeGroup:NodeGroup"
_KEYS = {"parameters": {"keys": ["Project", "Owner"]}}

CASES: dict[str, Case] = {
    "tags": Case(
        "aws:s3/bucket:Bucket", {"tags": {"Project": "flowise", "Owner": "platform"}}, [{"tags.Owner": ""}, {"tags.Owner": ABSENT}, {"tags": ABSENT}, {"tags": ABSENT, "@provider": {"defaultTags": {"tags": {"Owner": "x"}}}}, {"tags": ABSENT, "@provider": {"defaultTags": "{"}}],
        [{"tags": ABSENT, "@parameters.keys": []}, {"tags.Owner": ABSENT, "@provider": {"defaultTags": {"tags": {"Owner": "x"}}}}, {"tags.Owner": ABSENT, "@provider": {"defaultTags": json.dumps({"tags": {"Owner": "x"}})}}], _KEYS,
    ),
    "cost-generation": one(_DATABASE, "instanceClass", "db.m7g.large", ["db.m4.large", "db.t2.micro"], absent=True),
    "cost-generation/nodes": one(_NODES, "instanceTypes", ["m7g.large"], [["m7g.large", "m4.large"]], absent=True),
    "cost-graviton": one(_MACHINE, "instanceType", "t4g.small", ["t3.small", "m5.large"], absent=True),
    "cost-size": Case(_CACHE, {"nodeType": "cache.t4g.micro"}, [{"nodeType": "cache.m7g.large"}], [{"nodeType": ABSENT}, {"nodeType": "cache.m7g.large", "@parameters.allowed": []}], {"parameters": {"allowed": ["cache.r7g.*", "cache.t4g.*"]}}),
    "cost-size/nodes": Case(_NODES, {"instanceTypes": ["t4g.large"]}, [{"instanceTypes": ["t4g.large", "m7g.large"]}], [{"instanceTypes": ABSENT}], {"parameters": {"allowed": ["t4g.*"]}}),
    "cost-volume-type": one(_DATABASE, "storageType", "gp3", ["gp2", "io1", "standard"], absent=True),
    "cost-volume-type/class": one("kubernetes:storage.k8s.io/v1:StorageClass", "parameters.type", "gp3", ["gp2"], absent=True),
    "cost-volume-type/volume": one("aws:ebs/volume:Volume", "type", "gp3", ["gp2"], absent=True),
    "cost-volume-type/template": Case("aws:ec2/launchTemplate:LaunchTemplate", {"blockDeviceMappings": [{"ebs": {"volumeType": "gp3"}}]}, [{"blockDeviceMappings.0.ebs.volumeType": "gp2"}], [{"blockDeviceMappings": ABSENT}]),
    "cost-volume-type/machine": Case(_MACHINE, {"rootBlockDevice": {"volumeType": "gp3"}, "ebsBlockDevices": [{"volumeType": "gp3"}]}, [{"rootBlockDevice.volumeType": "gp2"}, {"ebsBlockDevices.0.volumeType": "io1"}], [{"rootBlockDevice": ABSENT}]),
    "cost-iops": one("aws:ebs/volume:Volume", "iops", 3000.0, [20000.0], absent=True),
    "cost-iops/machine": Case(_MACHINE, {"ebsBlockDevices": [{"iops": 3000.0}]}, [{"ebsBlockDevices.0.iops": 20000.0}, {"@parameters": {"most": 1000}}], [{"ebsBlockDevices": ABSENT}, {"ebsBlockDevices": UNKNOWN}]),
    "cost-log-days": Case("aws:cloudwatch/logGroup:LogGroup", {"retentionInDays": 30.0}, [{"retentionInDays": 31.0}], [{"retentionInDays": ABSENT}], {"parameters": {"most_days": 30}}),
    "cost-valkey": one(_CACHE, "engine", "valkey", ["redis"]),
    "cost-storage-grows": one(_DATABASE, "maxAllocatedStorage", 500.0, [""]),
}  # fmt: skip
