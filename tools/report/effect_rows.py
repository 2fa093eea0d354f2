"""What an update does to those who use the thing, by AWS's and Kubernetes' own words: who waits, what restarts.

A row speaks for some properties of some types. Figures that a source documents without a number say so: estimate.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Inputs = Mapping[str, Any]
_API = "https://docs.aws.amazon.com"
_MODIFY_DATABASE = f"{_API}/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html"
# "Failover times are typically 60-120 seconds"
_FAILOVER = f"{_API}/AmazonRDS/latest/UserGuide/Concepts.MultiAZSingleStandby.html"
_MODIFY_CACHE = f"{_API}/AmazonElastiCache/latest/APIReference/API_ModifyReplicationGroup.html"
# the old nodes go last, and with them their connections: some seconds
_CACHE_SCALES = f"{_API}/AmazonElastiCache/latest/dg/Scaling.RedisReplGrps.html"
_CLUSTER_VERSION = f"{_API}/eks/latest/APIReference/API_UpdateClusterVersion.html"
_CLUSTER_CONFIG = f"{_API}/eks/latest/APIReference/API_UpdateClusterConfig.html"
_GROUP_CONFIG = f"{_API}/eks/latest/APIReference/API_UpdateNodegroupConfig.html"
# one node at a time by default: a new one first, then the old one is drained
_GROUP_ROLLS = f"{_API}/eks/latest/userguide/managed-node-update-behavior.html"
# `Tags` and all that has no `hash:"ignore"` make a node drift; selectors are compared with what they find
_NODE_CLASS = "https://github.com/aws/karpenter-provider-aws/blob/main/pkg/apis/v1/ec2nodeclass.go"
_DRIFT = "https://aws-samples.github.io/karpenter-blueprints/blueprints/update-nodes-with-drift/"
_CDN = f"{_API}/AmazonCloudFront/latest/DeveloperGuide/HowToUpdateDistribution.html"
# a rollout happens if and only if the pod template changes
_ROLLOUT = "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/"
_HELM = "https://helm.sh/docs/helm/helm_upgrade/"
_TRACKED = f"{_API}/AWSEC2/latest/UserGuide/security-group-connection-tracking.html"
_ALARM = f"{_API}/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"
_POLICY = "https://kubernetes.io/docs/concepts/services-networking/network-policies/"
_OBJECTS = "https://kubernetes.io/docs/concepts/overview/working-with-objects/"
_QUOTA = "https://kubernetes.io/docs/concepts/policy/resource-quotas/"
_SCALER = "https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/"
_ROLE = f"{_API}/IAM/latest/APIReference/API_PutRolePolicy.html"
_VALUE = f"{_API}/secretsmanager/latest/apireference/API_UpdateSecret.html"
_RETENTION = f"{_API}/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html"
_BALANCER = f"{_API}/elasticloadbalancing/latest/APIReference/API_ModifyListener.html"
_FIREWALL = f"{_API}/waf/latest/APIReference/API_UpdateWebACL.html"

# Of a group: until a new node is there and the old one drained. Estimate: EKS documents the steps, and no time.
NODE_SECONDS = 240


@dataclass(frozen=True)
class Row:
    """What happens when one of these properties changes; `properties` are beginnings of paths, none means any."""

    types: tuple[str, ...]
    properties: tuple[str, ...]
    word: Literal["none", "pauses", "restarts", "nodes"]
    sentence: str
    source: str
    subject: str = ""
    """What is away while it pauses."""
    pause_seconds: tuple[int, int] = (0, 0)
    seconds: int = 1
    later_seconds: int = 0
    """Of what goes on by itself when `up` has ended."""
    waits: bool = False
    """Whether it waits for the maintenance window, unless it is to be applied immediately."""
    holds: Callable[[Inputs], bool] = lambda _: True
    """Whether the row speaks of a resource with these inputs."""


def _in_two_zones(inputs: Inputs) -> bool:
    return inputs.get("multiAz") is True


def _at_once(inputs: Inputs) -> bool:
    return bool((inputs.get("spec") or {}).get("strategy", {}).get("type") == "Recreate")


_DATABASE = ("aws:rds/instance:Instance",)
_CACHE = ("aws:elasticache/replicationGroup:ReplicationGroup",)
_CLUSTER = ("aws:eks/cluster:Cluster",)
_GROUP = ("aws:eks/nodeGroup:NodeGroup",)
_CLASS = ("kubernetes:karpenter.k8s.aws/v1:EC2NodeClass",)
_POOL = ("kubernetes:karpenter.sh/v1:NodePool",)
_WORKLOADS = ("kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet", "kubernetes:apps/v1:DaemonSet")

# The first that fits speaks.
ROWS: tuple[Row, ...] = (
    Row(
        _DATABASE,
        ("instanceClass",),
        *("pauses", "it fails over to the standby once that has the new size", _FAILOVER, "database", (60, 120)),
        later_seconds=1200,  # https://dev.nhabook.com/blog/technical/aws-rds-modification-downtime-notes: 20 minutes
        waits=True,
        holds=_in_two_zones,
    ),
    Row(
        _DATABASE,
        ("instanceClass", "engineVersion", "dbSubnetGroupName"),
        *("pauses", "an outage for as long as the change takes", _MODIFY_DATABASE, "database"),
        pause_seconds=(300, 900),  # estimate
        later_seconds=1200,
        waits=True,
    ),
    Row(
        _DATABASE,
        ("parameterGroupName",),
        *("none", "parameters that need it wait for a reboot by hand", _MODIFY_DATABASE),
    ),
    Row(
        _DATABASE,
        (
            *("allocatedStorage", "maxAllocatedStorage", "multiAz", "vpcSecurityGroupIds", "backupRetentionPeriod"),
            *("backupWindow", "maintenanceWindow", "deletionProtection", "iops", "storageThroughput", "password"),
            *("enabledCloudwatchLogsExports", "monitoring", "performanceInsights", "copyTagsToSnapshot"),
            *("skipFinalSnapshot", "finalSnapshotIdentifier", "deleteAutomatedBackups", "iamDatabaseAuthentication"),
        ),
        *("none", "no outage", _MODIFY_DATABASE),
        seconds=60,  # estimate
    ),
    Row(
        _CACHE,
        ("nodeType",),
        *("pauses", "clients connect anew to the new nodes", _CACHE_SCALES, "cache", (1, 10)),
        seconds=900,  # estimate: new nodes are filled from the old ones
        holds=lambda inputs: inputs.get("automaticFailoverEnabled") is True,
    ),
    Row(
        _CACHE,
        ("nodeType", "engineVersion"),
        *("pauses", "nodes are replaced, with what they hold where there is no replica", _CACHE_SCALES, "cache"),
        pause_seconds=(10, 300),  # estimate
        seconds=900,
    ),
    Row(
        _CACHE,
        (
            *("securityGroupIds", "snapshotRetentionLimit", "snapshotWindow", "maintenanceWindow", "userGroupIds"),
            *("numCacheClusters", "multiAzEnabled", "automaticFailoverEnabled", "logDeliveryConfigurations"),
            *("description", "finalSnapshotIdentifier", "notificationTopicArn"),
        ),
        *("none", "applied while it serves", _MODIFY_CACHE),
        seconds=60,  # estimate
    ),
    Row(
        _CLUSTER,
        ("version",),
        *("none", "the cluster works on while its API servers are replaced", _CLUSTER_VERSION),
        seconds=600,  # estimate: "a few minutes"
    ),
    Row(_CLUSTER, (), "none", "the cluster works on during the update", _CLUSTER_CONFIG, seconds=180),
    Row(
        _GROUP,
        ("launchTemplate", "version", "releaseVersion"),
        *("nodes", "a new node first, then an old one is drained, one by one", _GROUP_ROLLS),
        seconds=NODE_SECONDS,
    ),
    Row(_GROUP, (), "none", "the node group works on during the update", _GROUP_CONFIG, seconds=30),
    Row(
        ("aws:ec2/launchTemplate:LaunchTemplate",),
        (),
        *("nodes", "its group takes the new version: nodes are replaced one by one", _GROUP_ROLLS),
        seconds=NODE_SECONDS,
    ),
    Row(_POOL, ("spec.template",), "nodes", "Karpenter replaces its nodes one by one", _DRIFT),
    Row(_POOL, ("spec",), "none", "counts for the next node", _DRIFT),
    Row(_CLASS, ("spec",), "nodes", "Karpenter replaces its nodes one by one", _NODE_CLASS),
    Row(
        _WORKLOADS,
        ("spec.template",),
        *("pauses", "its pods end before new ones start", _ROLLOUT, "pods", (30, 120)),  # estimate
        seconds=90,
        holds=_at_once,
    ),
    Row(_WORKLOADS, ("spec.template",), "restarts", "pods restart one by one", _ROLLOUT, seconds=90),
    Row(_WORKLOADS, (), "none", "pods go on", _ROLLOUT),
    Row(
        ("kubernetes:helm.sh/v3:Release",),
        (),
        *("restarts", "what the chart makes of it restarts, one by one", _HELM),
        seconds=45,
    ),
    Row(
        ("aws:cloudfront/distribution:Distribution",),
        (),
        *("none", "places at the edge take it one after the other", _CDN),
        seconds=240,
    ),
    Row(("aws:wafv2/webAcl:WebAcl",), (), "none", "counts from the next request on", _FIREWALL),
    Row(
        (
            "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
            "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        ),
        (),
        *("none", "counts for new connections, and at once", _TRACKED),
        seconds=2,
    ),
    Row(("kubernetes:networking.k8s.io/v1:NetworkPolicy",), (), "none", "counts for new connections", _POLICY),
    Row(("aws:cloudwatch/metricAlarm:MetricAlarm",), (), "none", "judges by the new figures at once", _ALARM),
    Row(
        ("kubernetes:monitoring.coreos.com/v1:PrometheusRule",),
        (),
        *("none", "judges by the new rules at once", "https://prometheus-operator.dev/docs/developer/alerting/"),
    ),
    Row(
        (
            "kubernetes:monitoring.coreos.com/v1:ServiceMonitor",
            "kubernetes:monitoring.coreos.com/v1:PodMonitor",
            "kubernetes:monitoring.coreos.com/v1:Probe",
        ),
        (),
        *("none", "scrapes from now on", "https://prometheus-operator.dev/docs/developer/getting-started/"),
    ),
    Row(
        ("kubernetes:core/v1:ConfigMap", "kubernetes:core/v1:Secret", "kubernetes:core/v1:ServiceAccount"),
        (),
        *(
            "none",
            "mounts see it in a minute or so, variables after a restart",
            "https://kubernetes.io/docs/concepts/configuration/configmap/",
        ),
    ),
    Row(("kubernetes:core/v1:Namespace",), ("metadata",), "none", "counts for what is made in it", _OBJECTS),
    Row(
        (
            "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
            "kubernetes:keda.sh/v1alpha1:ScaledObject",
            "kubernetes:policy/v1:PodDisruptionBudget",
        ),
        (),
        *("none", "bounds how many pods there are from now on", _SCALER),
    ),
    Row(
        ("kubernetes:core/v1:ResourceQuota", "kubernetes:core/v1:LimitRange"),
        (),
        *("none", "counts for what is made from now on", _QUOTA),
    ),
    Row(
        ("aws:iam/rolePolicy:RolePolicy", "aws:iam/policy:Policy", "aws:iam/role:Role"),
        (),
        *("none", "counts within seconds", _ROLE),
        seconds=2,
    ),
    Row(
        ("aws:lb/listener:Listener", "aws:lb/listenerRule:ListenerRule"),
        (),
        *("none", "counts for new requests", _BALANCER),
    ),
    Row(("aws:cloudwatch/logGroup:LogGroup",), ("retentionInDays",), "none", "older lines go", _RETENTION),
    Row(
        ("aws:secretsmanager/secretVersion:SecretVersion", "aws:secretsmanager/secret:Secret"),
        (),
        *("none", "a new version beside the old one", _VALUE),
    ),
)
