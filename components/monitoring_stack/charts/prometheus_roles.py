"""What the accounts of kube-prometheus-stack may do, instead of what the chart's own roles let them.

The chart lets its operator read and write every Secret, StatefulSet, Service and pod of the cluster (88.5.3,
templates/prometheus-operator/clusterrole.yaml), and has one switch for all its roles. Here what the operator makes and
reads lies in its own namespace (prometheus_values names that as the only one of its instances), and everywhere else it
reads what to scrape. Whoever can make a StatefulSet can mount a Secret, so both end at the same border.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .kube_prometheus_stack import CONTROL_PLANE, FULL_NAME

# fields of a policy rule, as the SDK calls them
RoleRule = Mapping[str, Sequence[str]]

READ = ("get", "list", "watch")
MANAGE = (*READ, "create", "update", "patch", "delete")
MONITORING_GROUP = "monitoring.coreos.com"
# what says what to scrape and by which rules, whoever made it, and what the operator makes StatefulSets of
CONFIGURATION = ("podmonitors", "probes", "prometheusrules", "scrapeconfigs", "servicemonitors")
INSTANCES = ("alertmanagers", "prometheusagents", "prometheuses", "thanosrulers")


@dataclass(frozen=True, kw_only=True)
class AccountRights:
    """What a service account may do: in its own namespace, and in the whole cluster."""

    account: str
    own: Sequence[RoleRule] = ()
    everywhere: Sequence[RoleRule] = ()


def _rule(group: str, resources: Sequence[str], verbs: Sequence[str], **names: Sequence[str]) -> RoleRule:
    return {"api_groups": [group], "resources": list(resources), "verbs": list(verbs), **names}


OPERATOR = AccountRights(
    account=f"{FULL_NAME}-operator",
    own=[
        _rule(MONITORING_GROUP, INSTANCES, (*READ, "update", "patch")),
        _rule(MONITORING_GROUP, [f"{kind}/status" for kind in INSTANCES], ["get", "update", "patch"]),
        _rule(MONITORING_GROUP, [f"{kind}/finalizers" for kind in INSTANCES], ["update"]),
        _rule(MONITORING_GROUP, ["alertmanagerconfigs"], READ),
        _rule("apps", ["statefulsets"], MANAGE),
        _rule("", ["configmaps", "secrets"], MANAGE),
        _rule("", ["pods"], ["list", "delete"]),
        _rule("", ["services", "services/finalizers", "endpoints"], ["get", "create", "update", "delete"]),
        _rule("discovery.k8s.io", ["endpointslices"], [*READ, "create", "update", "delete"]),
    ],
    everywhere=[
        _rule(MONITORING_GROUP, CONFIGURATION, READ),
        # refused, the operator ends where its feature StatusForConfigurationResources is on
        _rule(MONITORING_GROUP, [f"{kind}/status" for kind in CONFIGURATION], ["get", "update", "patch"]),
        _rule("", ["nodes"], ["list", "watch"]),
        _rule("", ["namespaces"], READ),
        # it asks for this in all namespaces, and emits none without
        *(_rule(group, ["events"], ["create", "patch"]) for group in ("", "events.k8s.io")),
        _rule("storage.k8s.io", ["storageclasses"], ["get"]),
    ],
)
PROMETHEUS = AccountRights(
    account=f"{FULL_NAME}-prometheus",
    everywhere=[
        _rule("", ["nodes", "nodes/metrics", "services", "endpoints", "pods"], READ),
        _rule("discovery.k8s.io", ["endpointslices"], READ),
        _rule("networking.k8s.io", ["ingresses"], READ),
        _rule("metrics.eks.amazonaws.com", [f"{part}/metrics" for part in CONTROL_PLANE], ["get"]),
        {"non_resource_urls": ["/metrics", "/metrics/cadvisor"], "verbs": ["get"]},
    ],
)
# The jobs that make the webhook's certificate and write its authority into the two configurations.
ADMISSION_NAME = f"{FULL_NAME}-admission"
ADMISSION = AccountRights(
    account=ADMISSION_NAME,
    own=[
        _rule("", ["secrets"], ["get"], resource_names=[ADMISSION_NAME]),
        _rule("", ["secrets"], ["create"]),
    ],
    everywhere=[
        _rule(
            "admissionregistration.k8s.io",
            ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"],
            ["get", "update", "patch"],
            resource_names=[ADMISSION_NAME],
        )
    ],
)
PROMETHEUS_RIGHTS = (OPERATOR, PROMETHEUS, ADMISSION)
