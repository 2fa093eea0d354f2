"""What Helm charts install: their workloads with the replicas and requests that the values set, and their kinds.

A chart that is not known here stands as one Deployment of `replicaCount` pods with the values' `resources`.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from ..laws.law import get
from . import scaled_objects as keda
from .placeholders import Kind, Manifest, Workload, claim, definition, manifests

Values = Mapping[str, Any]
_HOST = "kubernetes.io/hostname"
# What the charts of KEDA, External Secrets and Prometheus (but for who reads nodes) say of pods and containers.
_HARDENED_POD = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
_HARDENED = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}, "readOnlyRootFilesystem": True}
_NODE_FOLDERS = tuple({"name": name, "hostPath": {"path": path}} for name, path in (("proc", "/proc"), ("sys", "/sys")))

# The kinds of the charts' `crds/` folders.
_MONITORING = tuple(
    Kind("monitoring.coreos.com", version, kind, plural)
    for version, kind, plural in (
        ("v1", "Alertmanager", "alertmanagers"),
        ("v1", "PodMonitor", "podmonitors"),
        ("v1", "Probe", "probes"),
        ("v1", "Prometheus", "prometheuses"),
        ("v1", "PrometheusRule", "prometheusrules"),
        ("v1", "ServiceMonitor", "servicemonitors"),
        ("v1", "ThanosRuler", "thanosrulers"),
        ("v1alpha1", "AlertmanagerConfig", "alertmanagerconfigs"),
        ("v1alpha1", "PrometheusAgent", "prometheusagents"),
        ("v1alpha1", "ScrapeConfig", "scrapeconfigs"),
    )
)
KINDS: Mapping[str, tuple[Kind, ...]] = {
    "kube-prometheus-stack": _MONITORING,
    "aws-load-balancer-controller": (
        Kind("elbv2.k8s.aws", "v1beta1", "TargetGroupBinding", "targetgroupbindings"),
        Kind("elbv2.k8s.aws", "v1beta1", "IngressClassParams", "ingressclassparams", namespaced=False),
    ),
    "karpenter": (
        Kind("karpenter.sh", "v1", "NodePool", "nodepools", namespaced=False),
        Kind("karpenter.sh", "v1", "NodeClaim", "nodeclaims", namespaced=False),
        Kind("karpenter.k8s.aws", "v1", "EC2NodeClass", "ec2nodeclasses", namespaced=False),
    ),
    "keda": tuple(
        Kind("keda.sh", "v1alpha1", kind, f"{kind.lower()}s")
        for kind in ("ScaledObject", "ScaledJob", "TriggerAuthentication")
    ),
    "external-secrets": (
        Kind("external-secrets.io", "v1", "ExternalSecret", "externalsecrets"),
        Kind("external-secrets.io", "v1", "SecretStore", "secretstores"),
        Kind("external-secrets.io", "v1", "ClusterSecretStore", "clustersecretstores", namespaced=False),
    ),
    "cert-manager": (
        Kind("cert-manager.io", "v1", "Certificate", "certificates"),
        Kind("cert-manager.io", "v1", "Issuer", "issuers"),
        Kind("cert-manager.io", "v1", "ClusterIssuer", "clusterissuers", namespaced=False),
    ),
}


def definitions(chart: str) -> list[Manifest]:
    """Return the CRDs that a chart brings. Helm leaves them behind when the release goes."""
    return [definition(kind, chart) for kind in KINDS.get(chart, ())]


def objects(chart: str, release: str, namespace: str, values: Values) -> list[Manifest]:
    """Return the objects of a release."""
    make = _CHARTS.get(chart)
    if make is not None:
        return make(release, namespace, values)
    name = str(values.get("fullnameOverride") or release)
    replicas = _number(values.get("replicaCount", values.get("replicas")), 1)
    budget = get(values, "podDisruptionBudget", "maxUnavailable")
    workload = Workload(
        "Deployment",
        name,
        replicas,
        get(values, "resources") or {},
        pod_security=get(values, "podSecurityContext") or {},
        container_security=get(values, "securityContext") or {},
        max_unavailable=budget if isinstance(budget, int) else None,
        spread_over=_HOST,
    )
    return manifests(workload, namespace, release)


def _prometheus_stack(release: str, namespace: str, values: Values) -> list[Manifest]:
    name = str(values.get("fullnameOverride") or release)
    prometheus, alertmanager = (
        get(values, "prometheus", "prometheusSpec") or {},
        get(values, "alertmanager", "alertmanagerSpec") or {},
    )
    grafana = str(get(values, "grafana", "fullnameOverride") or f"{release}-grafana")
    kept = bool(get(values, "grafana", "persistence", "enabled"))
    deployments = [
        (f"{name}-operator", get(values, "prometheusOperator", "resources"), ""),
        (f"{name}-kube-state-metrics", get(values, "kube-state-metrics", "resources"), ""),
        (grafana, get(values, "grafana", "resources"), grafana if kept else ""),
    ]
    workloads = [
        *(
            Workload(
                "Deployment", each, 1, asked or {}, mounts=mounts,
                pod_security=_HARDENED_POD, container_security=_HARDENED,
            )
            for each, asked, mounts in deployments
        ),
        _stateful(f"prometheus-{name}", prometheus, "storageSpec", _on(values, "prometheus")),
        _stateful(f"alertmanager-{name}", alertmanager, "storage", _on(values, "alertmanager")),
    ]  # fmt: skip
    own = get(values, "prometheus-node-exporter") or {}
    nodes = Workload("DaemonSet", f"{name}-node-exporter", 1, own.get("resources") or {}, volumes=_NODE_FOLDERS)
    made = [each for workload in workloads for each in manifests(workload, namespace, release)]
    made += manifests(nodes, str(own.get("namespaceOverride") or namespace), release)
    if kept:
        made.append(claim(grafana, namespace, release, str(get(values, "grafana", "persistence", "size") or "10Gi")))
    return made


def _stateful(name: str, spec: Values, storage: str, budget: bool) -> Workload:
    template = get(spec, storage, "volumeClaimTemplate", "spec")
    return Workload(
        "StatefulSet",
        name,
        _number(spec.get("replicas"), 1),
        spec.get("resources") or {},
        claims=[{"metadata": {"name": "data"}, "spec": template}] if template else (),
        max_unavailable=1 if budget else None,
        spread_over=str(spec.get("podAntiAffinityTopologyKey") or _HOST),
        pod_security=_HARDENED_POD,
        container_security=_HARDENED,
    )


def _on(values: Values, part: str) -> bool:
    return bool(get(values, part, "podDisruptionBudget", "enabled"))


# The chart's own defaults (github.com/grafana-community/helm-charts, charts/loki/values.yaml): no seccomp profile.
_LOKI_POD = {"fsGroup": 10001, "runAsGroup": 10001, "runAsNonRoot": True, "runAsUser": 10001}
_LOKI_CONTAINER = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
}


def _loki(release: str, namespace: str, values: Values) -> list[Manifest]:
    name = str(values.get("fullnameOverride") or release)
    pod_security = {**_LOKI_POD, **(get(values, "loki", "podSecurityContext") or {})}
    container_security = {**_LOKI_CONTAINER, **(get(values, "loki", "containerSecurityContext") or {})}
    made: list[Manifest] = []
    for part, suffix in (("singleBinary", ""), ("write", "-write"), ("read", "-read"), ("backend", "-backend")):
        own = get(values, part) or {}
        size = get(own, "persistence", "size") if get(own, "persistence", "enabled") else None
        template = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}}
        replicas = _number(own.get("replicas"), 0)
        if replicas:
            claims = [{"metadata": {"name": "storage"}, "spec": template}] if size else ()
            workload = Workload(
                "StatefulSet",
                f"{name}{suffix}",
                replicas,
                own.get("resources") or {},
                claims,
                pod_security=pod_security,
                container_security=container_security,
            )
            made += manifests(workload, namespace, release)
    return made


def _alloy(release: str, namespace: str, values: Values) -> list[Manifest]:
    """github.com/grafana/alloy, operations/helm/charts/alloy: a workload of one of three kinds."""
    kinds: Mapping[str, Literal["DaemonSet", "Deployment", "StatefulSet"]] = {
        "daemonset": "DaemonSet",
        "deployment": "Deployment",
        "statefulset": "StatefulSet",
    }
    workload = Workload(
        kinds[str(get(values, "controller", "type") or "daemonset")],
        str(values.get("fullnameOverride") or release),
        _number(get(values, "controller", "replicas"), 1),
        get(values, "alloy", "resources") or {},
        pod_security=get(values, "global", "podSecurityContext") or {},
        container_security=get(values, "alloy", "securityContext") or {},
        volumes=get(values, "controller", "volumes", "extra") or (),
    )
    return manifests(workload, namespace, release)


def _tempo(release: str, namespace: str, values: Values) -> list[Manifest]:
    """github.com/grafana-community/helm-charts, charts/tempo: a StatefulSet, its user and group but no profile."""
    own = get(values, "persistence") or {}
    template = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": own.get("size") or "10Gi"}}}
    workload = Workload(
        "StatefulSet",
        str(values.get("fullnameOverride") or release),
        _number(values.get("replicas"), 1),
        get(values, "tempo", "resources") or {},
        [{"metadata": {"name": "storage"}, "spec": template}] if own.get("enabled") else (),
        pod_security={
            "runAsUser": 10001,
            "runAsGroup": 10001,
            "fsGroup": 10001,
            "runAsNonRoot": True,
            **(values.get("securityContext") or {}),
        },
        container_security=get(values, "tempo", "securityContext") or {},
    )
    return manifests(workload, namespace, release)


def _datadog(release: str, namespace: str, values: Values) -> list[Manifest]:
    """github.com/DataDog/helm-charts, charts/datadog: a DaemonSet that reads its node, and the cluster's agent."""
    name = str(values.get("fullnameOverride") or release)
    resources = get(values, "agents", "containers", "agent", "resources") or {}
    logs = [{"name": "logpodpath", "hostPath": {"path": "/var/log/pods"}}]
    workloads = [
        Workload("DaemonSet", name, 1, resources, pod_security={"runAsUser": 0}, volumes=logs),
        Workload(
            "Deployment",
            f"{name}-cluster-agent",
            _number(get(values, "clusterAgent", "replicas"), 1),
            get(values, "clusterAgent", "resources") or {},
        ),
    ]
    return [each for workload in workloads for each in manifests(workload, namespace, release)]


def _external_secrets(release: str, namespace: str, values: Values) -> list[Manifest]:
    """github.com/external-secrets/external-secrets, deploy/charts/external-secrets: up to three Deployments."""
    parts = (
        ("", values),
        ("-webhook", get(values, "webhook") or {}),
        ("-cert-controller", get(values, "certController") or {}),
    )
    return [
        each
        for suffix, own in parts
        if own.get("create", True)
        for each in _hardened(f"{release}{suffix}", namespace, release, own, own.get("resources"))
    ]


def _keda(release: str, namespace: str, values: Values) -> list[Manifest]:
    """github.com/kedacore/charts, keda: operator, the external metrics' API, admission, and the operator's rights."""
    restricted = get(values, "permissions", "operator", "restrict", "secret") is True
    watched = str(values.get("watchNamespace") or "")
    told = {"WATCH_NAMESPACE": watched, **({keda.RESTRICTED: "true"} if restricted else {})}
    parts: tuple[tuple[str, str, str, Mapping[str, str]], ...] = (
        (keda.OPERATOR, "operator", "operator", told),
        ("keda-operator-metrics-apiserver", "metricsServer", "metricServer", {}),
        ("keda-admission-webhooks", "webhooks", "webhooks", {}),
    )
    workloads = [
        each
        for name, part, resources, environment in parts
        for each in _hardened(
            name, namespace, release, get(values, part) or {}, get(values, "resources", resources), environment
        )
    ]
    return [*workloads, *_keda_rights(namespace, watched, restricted=restricted)]


def _keda_rights(namespace: str, watched: str, *, restricted: bool) -> list[Manifest]:
    """Return what the chart lets the operator do with Secrets, and where (templates/manager, clusterrole and its
    bindings).
    """
    api, group = "rbac.authorization.k8s.io/v1", "rbac.authorization.k8s.io"
    verbs = {"apiGroups": [""], "resources": ["secrets"], "verbs": ["list", "watch"]}
    name = {"name": keda.OPERATOR}
    bound: Manifest = {
        "apiVersion": api,
        "roleRef": {"apiGroup": group, "kind": "ClusterRole", **name},
        "subjects": [{"kind": "ServiceAccount", **name, "namespace": namespace}],
    }
    role = {"apiVersion": api, "kind": "ClusterRole", "metadata": name, "rules": [] if restricted else [verbs]}
    if not watched:
        return [role, {**bound, "kind": "ClusterRoleBinding", "metadata": name}]
    places = dict.fromkeys([*(each.strip() for each in watched.split(",")), namespace])
    return [role, *({**bound, "kind": "RoleBinding", "metadata": {**name, "namespace": each}} for each in places)]


def _hardened(
    name: str, namespace: str, release: str, own: Values, resources: Any, environment: Mapping[str, str] | None = None
) -> list[Manifest]:
    replicas = _number(own.get("replicaCount"), 1)
    workload = Workload(
        "Deployment",
        name,
        replicas,
        resources or {},
        pod_security=_HARDENED_POD,
        container_security=_HARDENED,
        max_unavailable=1 if replicas > 1 else None,
        spread_over=_HOST,
        environment=environment or {},
    )
    return manifests(workload, namespace, release)


_CHARTS: Mapping[str, Callable[[str, str, Values], list[Manifest]]] = {
    "kube-prometheus-stack": _prometheus_stack,
    "loki": _loki,
    "alloy": _alloy,
    "tempo": _tempo,
    "datadog": _datadog,
    "external-secrets": _external_secrets,
    "keda": _keda,
}


def _number(value: Any, default: int) -> int:
    return int(value) if isinstance(value, int | float) else default
