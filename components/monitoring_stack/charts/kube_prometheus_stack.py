"""Prometheus, Alertmanager, Grafana and the exporters of nodes and objects."""

from collections.abc import Mapping
from typing import Any

from pulumi import Input

from ...shared.chart_values import claim, resources
from ..alert_routes import SECRETS_DIR
from ..scrape_configs import ENFORCED_LIMITS, RAW_LIMITS
from ..settings.monitoring import MonitoringSettings

# EKS runs these where no pod can reach them: their targets would be down, and their alerts up, for ever
HIDDEN_BY_EKS = ("kubeControllerManager", "kubeScheduler", "kubeEtcd", "kubeProxy")
# the chart's rules about them, and about nodes that nobody has
RULES_LEFT_OUT = (
    "etcd", "kubeControllerManager", "kubeProxy", "kubeSchedulerAlerting", "kubeSchedulerRecording", "windows",
)  # fmt: skip
# alerts of these names are among ours (alerts): twice the same would be told twice
RULES_OF_OUR_OWN = ("TargetDown", "Watchdog")
# What the API server tells of those that EKS runs beside it, and the job of each (EKS user guide, view-raw-metrics)
CONTROL_PLANE = {"ksh": "kube-scheduler", "kcm": "kube-controller-manager"}
# What the operator picks up whoever made it and in whatever namespace, not only what its own chart made.
SELECTED = ("podMonitor", "probe", "rule", "scrapeConfig", "serviceMonitor")
# Names that people, data sources and our own roles rely on begin with it, not with the release's, whose end is random.
FULL_NAME = "prometheus"
# The operator makes pods and reads Secrets in the namespaces of these alone (pkg/operator/config.go, Namespaces).
OPERATED = ("alertmanagerConfig", "alertmanagerInstance", "prometheusInstance", "thanosRulerInstance")
# a full disk stops Prometheus; past this share of it the oldest metrics go, however young
USED_SHARE_OF_DISK = 0.85
ALERTMANAGER_GIB = 5
ALERTMANAGER_ACCOUNT = "alertmanager"
ZONE = "topology.kubernetes.io/zone"
SERVICE_ACCOUNT_DIR = "/var/run/secrets/kubernetes.io/serviceaccount"


def prometheus_values(
    settings: MonitoringSettings,
    *,
    namespace: str,
    node_namespace: Input[str],
    cluster_name: Input[str],
    alertmanager: Mapping[str, Any],
    alertmanager_files: Input[str] | None,
    grafana: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the values of kube-prometheus-stack.

    `namespace` is where it is installed, and `node_namespace` where what reads nodes runs. It makes no role of its own:
    its accounts have PROMETHEUS_RIGHTS from whoever installs it (prometheus_roles). `alertmanager` is its configuration
    and `alertmanager_files` the Secret, if any, of the files that this names; `grafana` are the values of the chart
    within.
    """
    several = settings.prometheus_replicas > 1
    return {
        **{part: {"enabled": False} for part in HIDDEN_BY_EKS},
        "defaultRules": {
            "rules": dict.fromkeys(RULES_LEFT_OUT, False),
            "disabled": dict.fromkeys(RULES_OF_OUR_OWN, True),
            # by which they are routed, as ours are
            "additionalRuleLabels": {"team": settings.team},
        },
        "fullnameOverride": FULL_NAME,
        "global": {"rbac": {"create": False}},
        # the operator writes down there which kubelets there are, and writes nowhere else
        "kubelet": {"namespace": namespace},
        "prometheus": {
            "prometheusSpec": {
                **{f"{kind}SelectorNilUsesHelmValues": False for kind in SELECTED},
                "replicas": settings.prometheus_replicas,
                **_spread("prometheus", settings.prometheus_replicas),
                "retention": f"{settings.prometheus_retention_days}d",
                "retentionSize": f"{int(settings.prometheus_storage_gib * 1024 * USED_SHARE_OF_DISK)}MiB",
                "scrapeInterval": f"{settings.scrape_interval_seconds}s",
                **ENFORCED_LIMITS,
                # by which whoever is told of an alert knows where
                "externalLabels": {"cluster": cluster_name},
                "additionalScrapeConfigs": [_control_plane(part, job) for part, job in CONTROL_PLANE.items()],
                "storageSpec": {"volumeClaimTemplate": claim(settings.prometheus_storage_gib)},
                "resources": resources("250m", "1Gi", "2Gi"),
            },
            # two servers scrape at different moments: whoever asks stays with one
            "service": {"sessionAffinity": "ClientIP"} if several else {},
            "podDisruptionBudget": {"enabled": several},
        },
        "alertmanager": {
            "config": alertmanager,
            "serviceAccount": {"name": ALERTMANAGER_ACCOUNT},
            "alertmanagerSpec": {
                "replicas": settings.alertmanager_replicas,
                **_spread("alertmanager", settings.alertmanager_replicas),
                "storage": {"volumeClaimTemplate": claim(ALERTMANAGER_GIB)},
                "resources": resources("25m", "64Mi", "128Mi"),
                # it asks the API server nothing
                "automountServiceAccountToken": False,
                **_files(alertmanager_files),
            },
            "podDisruptionBudget": {"enabled": settings.alertmanager_replicas > 1},
        },
        "prometheusOperator": {
            **{f"{kind}Namespaces": [namespace] for kind in OPERATED},
            "kubeletService": {"namespace": namespace},
            "resources": resources("50m", "128Mi", "256Mi"),
            "admissionWebhooks": {"patch": {"resources": resources("10m", "32Mi", "64Mi")}},
            "prometheusConfigReloader": {"resources": resources("10m", "32Mi", "64Mi")},
        },
        # no metric of ours is of a Secret, and whoever may list them reads what they hold
        "kube-state-metrics": {"resources": resources("25m", "96Mi", "192Mi"), "collectorsExclude": ["secrets"]},
        # the node's own /proc and network: what else runs here is under the strictest level
        "prometheus-node-exporter": {
            "namespaceOverride": node_namespace,
            "resources": resources("25m", "32Mi", "64Mi"),
        },
        "grafana": grafana,
    }


def _control_plane(part: str, job: str) -> dict[str, Any]:
    return {
        "job_name": job,
        "scheme": "https",
        "metrics_path": f"/apis/metrics.eks.amazonaws.com/v1/{part}/container/metrics",
        # EKS asks AWS for them at each question
        "scrape_interval": "60s",
        **RAW_LIMITS,
        "authorization": {"credentials_file": f"{SERVICE_ACCOUNT_DIR}/token"},
        "tls_config": {"ca_file": f"{SERVICE_ACCOUNT_DIR}/ca.crt"},
        "static_configs": [{"targets": ["kubernetes.default.svc:443"]}],
    }


def _spread(name: str, replicas: int) -> dict[str, Any]:
    if replicas == 1:
        return {}
    # a soft rule would put all in one zone where that has room first, and their disks hold them there for ever
    selector = {"matchLabels": {"app.kubernetes.io/name": name}}
    rule = {"maxSkew": 1, "topologyKey": ZONE, "whenUnsatisfiable": "DoNotSchedule", "labelSelector": selector}
    return {"topologySpreadConstraints": [rule]}


def _files(secret: Input[str] | None) -> dict[str, Any]:
    if secret is None:
        return {}
    name = "notifications"
    return {
        "volumes": [{"name": name, "secret": {"secretName": secret}}],
        "volumeMounts": [{"name": name, "mountPath": SECRETS_DIR, "readOnly": True}],
    }
