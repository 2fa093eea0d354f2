"""Cases of the pack `reliability`."""

from .aws_stores import KINDS_OF_DATA
from .case import ABSENT, UNKNOWN, Case, one
from .controls import cases

_DATABASE, _CACHE = "aws:rds/instance:Instance", "aws:elasticache/replicationGroup:ReplicationGroup"
_NODES, _DEPLOYMENT = "aws:eks/nodeGroup:NodeGroup", "kubernetes:apps/v1:Deployment"
_ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
_ZONE = "topology.kubernetes.io/zone"
_SPREAD = "spec.template.spec.topologySpreadConstraints"
_AFFINITY = "spec.template.spec.affinity.podAntiAffinity"

CASES: dict[str, Case] = {
    "data-protect": Case(
        "aws:s3/bucket:Bucket", {"tags": {}}, [{"@protect": False}, {"@protect": False, "@parameters.spared": {"Bucket::other": "why"}}, {"@protect": False, "tags": ABSENT}],
        [{"@protect": False, "@parameters.spared": {"Bucket::it": "made anew"}}], {"protect": True}, unknown_refused=True,
    ),
    "rds-multi-az": one(_DATABASE, "multiAz", True, [False]),
    "rds-backup": one(_DATABASE, "backupRetentionPeriod", 1.0, [0.0]),
    "rds-backup/prod": Case(_DATABASE, {"backupRetentionPeriod": 14.0}, [{"backupRetentionPeriod": 13.0}, {"backupRetentionPeriod": ABSENT}], (), {"parameters": {"least_days": 14}}),
    "rds-delete-protect": one(_DATABASE, "deletionProtection", True, [False]),
    "rds-final-snapshot": one(_DATABASE, "skipFinalSnapshot", False, [True], absent=True),
    "rds-keep-backups": one(_DATABASE, "deleteAutomatedBackups", False, [True]),
    "rds-monitoring": one(_DATABASE, "monitoringInterval", 60.0, [0.0]),
    "rds-insights": one(_DATABASE, "performanceInsightsEnabled", True, [False]),
    "ec-failover": one(_CACHE, "automaticFailoverEnabled", True, [False]),
    "ec-multi-az": one(_CACHE, "multiAzEnabled", True, [False]),
    "ec-nodes": one(_CACHE, "numCacheClusters", 2.0, [1.0], passed=[{"numCacheClusters": ABSENT, "replicasPerNodeGroup": 1.0}]),
    "ec-nodes/sharded": one(_CACHE, "replicasPerNodeGroup", 1.0, [0.0], numNodeGroups=3.0),
    "ec-backup": one(_CACHE, "snapshotRetentionLimit", 1.0, [0.0]),
    "s3-force-destroy": one("aws:s3/bucket:Bucket", "forceDestroy", False, [True], absent=True),
    "ddb-pitr": one("aws:dynamodb/table:Table", "pointInTimeRecovery.enabled", True, [False]),
    "bak-lock": one("aws:backup/vaultLockConfiguration:VaultLockConfiguration", "minRetentionDays", 7.0, [0.0]),
    "eks-delete-protect": one("aws:eks/cluster:Cluster", "deletionProtection", True, [False]),
    "eks-node-least": one(_NODES, "scalingConfig.minSize", 2.0, [1.0], passed=[{"@parameters": {"least": 1}, "scalingConfig.minSize": 1.0}]),
    "eks-node-room": Case(_NODES, {"scalingConfig": {"minSize": 2.0, "maxSize": 3.0}}, [{"scalingConfig.maxSize": 2.0}, {"scalingConfig.maxSize": ABSENT}, {"scalingConfig.minSize": 3.0}], [{"scalingConfig": UNKNOWN}]),
    "lb-delete-protect": one("aws:lb/loadBalancer:LoadBalancer", "enableDeletionProtection", True, [False]),
    "alarm-action": one(_ALARM, "alarmActions", ["arn"], [[]], passed=[{"actionsEnabled": True}]),
    "alarm-action/silenced": Case(_ALARM, {"alarmActions": ["arn"], "actionsEnabled": True}, [{"actionsEnabled": False}], [{"actionsEnabled": ABSENT}]),
    "k8s-spread": Case(
        _DEPLOYMENT, {"spec": {"template": {"spec": {"topologySpreadConstraints": [{"topologyKey": _ZONE}]}}}}, [{_SPREAD: []}, {_SPREAD: ABSENT}, {f"{_SPREAD}.0.topologyKey": "kubernetes.io/hostname"}],
        [{_SPREAD: [], f"{_AFFINITY}.requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": _ZONE}]}, {_SPREAD: [], f"{_AFFINITY}.preferredDuringSchedulingIgnoredDuringExecution": [{"podAffinityTerm": {"topologyKey": _ZONE}}]}],
    ),
    "k8s-host-spread": Case(_DEPLOYMENT, {"spec": {"template": {"spec": {"topologySpreadConstraints": [{"topologyKey": "kubernetes.io/hostname"}]}}}}, [{_SPREAD: []}, {_SPREAD: ABSENT}, {f"{_SPREAD}.0.topologyKey": _ZONE}]),
    "k8s-rolls": one(_DEPLOYMENT, "spec.strategy.type", "RollingUpdate", ["Recreate"], absent=True),
}  # fmt: skip
CASES = cases(KINDS_OF_DATA, CASES)
