"""Kubernetes: kinds that the cluster knows, manifests that fit their schema, namespaces and clusters that are there."""

import re
from collections.abc import Iterator, Mapping
from functools import cache

import yaml

from ..world import Record
from .law import Law, Refusal, ResourceOperation, get, items

RELEASE = "kubernetes:helm.sh/v3:Release"
_DEFAULT_VERSION = "1.35"
OBJECTS = r"kubernetes:(?!helm\.sh/|yaml|kustomize|index:|pulumi)[\w./-]+:(?!\w+(Patch|List)$)\w+"


def _cluster(op: ResourceOperation) -> Record | None:
    """Return the EKS cluster that the object goes to, where this program made it."""
    clusters = op.inventory.of("aws:eks/cluster:Cluster")
    identity = op.provider.get("clusterIdentifier")
    named = next((c for c in clusters if identity and identity in (c.outputs.get("arn"), c.id)), None)
    return named or (clusters[0] if len(clusters) == 1 else None)


def version_of(op: ResourceOperation) -> str:
    """Return the Kubernetes minor of the object's cluster."""
    cluster = _cluster(op)
    version = get(cluster.inputs, "version") if cluster else None
    return version if isinstance(version, str) and re.fullmatch(r"1\.\d+", version) else _DEFAULT_VERSION


def label(op: ResourceOperation) -> str:
    """How the API server speaks of the object: Deployment.apps "web"."""
    group = op.text("apiVersion").rpartition("/")[0]
    name = op.text("metadata", "name") or op.name
    return f'{op.text("kind") or op.cls}{"." + group if group else ""} "{name}"'


def _schema(op: ResourceOperation) -> Iterator[Refusal]:
    version, api_version, kind = version_of(op), op.text("apiVersion"), op.text("kind")
    if not api_version or not kind:
        return
    from .kubernetes_schemas import faults  # noqa: PLC0415 # slow to load, and needed only where there are objects

    for where, sentence in faults(op.inputs, version, kind, api_version)[:5]:
        yield Refusal(
            "ValidationError",
            f"{label(op)} is invalid: {where.lstrip('.') or '(root)'}: {sentence}",
            f"write it as Kubernetes {version} has it: kubectl explain {kind.lower()}{where.split('[')[0]}",
        )


# chart -> groups of the custom resources it brings, and the value without which it does not, where there is one.
CHARTS: Mapping[str, tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]] = {
    "argo-cd": (("argoproj.io",), ()),
    "argo-rollouts": (("argoproj.io",), ()),
    "aws-gateway-controller-chart": (("application-networking.k8s.aws",), ()),
    "aws-load-balancer-controller": (("elbv2.k8s.aws", "gateway.k8s.aws"), ()),
    # https://cert-manager.io/docs/installation/helm/: it brings them only when told to
    "cert-manager": (("cert-manager.io", "acme.cert-manager.io"), (("crds", "enabled"), ("installCRDs",))),
    "cloudnative-pg": (("postgresql.cnpg.io",), ()),
    "external-secrets": (("external-secrets.io", "generators.external-secrets.io"), ()),
    "istio-base": (("networking.istio.io", "security.istio.io", "telemetry.istio.io"), ()),
    "base": (("networking.istio.io", "security.istio.io", "telemetry.istio.io"), ()),
    "karpenter": (("karpenter.sh", "karpenter.k8s.aws"), ()),
    "karpenter-crd": (("karpenter.sh", "karpenter.k8s.aws"), ()),
    "keda": (("keda.sh", "eventing.keda.sh"), ()),
    "kube-prometheus-stack": (("monitoring.coreos.com",), ()),
    "kyverno": (("kyverno.io",), ()),
    "opentelemetry-operator": (("opentelemetry.io",), ()),
    "prometheus-operator-crds": (("monitoring.coreos.com",), ()),
    "secrets-store-csi-driver": (("secrets-store.csi.x-k8s.io",), ()),
    "traefik": (("traefik.io",), ()),
}
# https://docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html
_ADDONS: Mapping[str, tuple[str, ...]] = {
    "vpc-cni": ("vpcresources.k8s.aws", "networking.k8s.aws", "crd.k8s.amazonaws.com"),
    "cert-manager": ("cert-manager.io", "acme.cert-manager.io"),
    "snapshot-controller": ("snapshot.storage.k8s.io",),
    "adot": ("opentelemetry.io",),
}
# Groups with a dot that are Kubernetes' own, or that EKS brings.
_BUILT_IN = re.compile(r"[a-z.]+\.k8s\.io|vpcresources\.k8s\.aws|eks\.amazonaws\.com|crd\.k8s\.amazonaws\.com")
_CRD_GROUPS = re.compile(r"gateway\.networking\.k8s\.io|snapshot\.storage\.k8s\.io|secrets-store\.csi\.x-k8s\.io")


def _known_kind(op: ResourceOperation) -> Iterator[Refusal]:
    api_version, kind = op.text("apiVersion"), op.text("kind")
    group = api_version.rpartition("/")[0]
    if not api_version or not kind:
        return
    from .kubernetes_schemas import has  # noqa: PLC0415 # as above

    built_in = "." not in group or (_BUILT_IN.fullmatch(group) and not _CRD_GROUPS.fullmatch(group))
    if built_in:
        if not has(version_of(op), kind, api_version) and not group.endswith((".k8s.aws", "amazonaws.com")):
            yield Refusal(
                "NoKindMatch",
                f'no matches for kind "{kind}" in version "{api_version}"',
                f"Kubernetes {version_of(op)} has no such kind: see its deprecation guide for the version that took its place",
            )
    elif not _served(op, group):
        charts = ", ".join(chart for chart, (groups, _) in CHARTS.items() if group in groups)
        yield Refusal(
            "NoKindMatch",
            f'no matches for kind "{kind}" in version "{api_version}": ensure CRDs are installed first',
            f"install what brings {group}{f' ({charts})' if charts else ''} first, and let this object depend on it",
        )


def _served(op: ResourceOperation, group: str) -> bool:
    crds = op.inventory.of("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition")
    if any(get(crd.inputs, "spec", "group") in (group, None) for crd in crds):
        return True
    addons = (get(addon.inputs, "addonName") for addon in op.inventory.of("aws:eks/addon:Addon"))
    if any(group in _ADDONS.get(str(name), ()) for name in addons):
        return True
    return any(_brings(release, group) for release in op.inventory.of(RELEASE))


def _brings(release: Record, group: str) -> bool:
    chart = get(release.inputs, "chart")
    if not isinstance(chart, str) or get(release.inputs, "skipCrds") is True:
        return not isinstance(chart, str)
    known = CHARTS.get(chart.rstrip("/").rpartition("/")[2])
    if known is None:
        return True  # a chart that the sandbox does not know may bring anything
    groups, switches = known
    values = get(release.inputs, "values")
    on = not switches or values is None or any(get(values, *path) in (True, "true") for path in switches)
    return group in groups and (on and (values is not None or not switches))


# chart -> the value that names the namespaces, one or several by commas, in which it makes what is its own.
_WRITES: Mapping[str, tuple[str, ...]] = {
    # https://github.com/kedacore/charts/blob/v2.19.0/keda/templates/manager/clusterrolebindings.yaml
    "keda": ("watchNamespace",),
    # https://github.com/prometheus-community/helm-charts/blob/kube-prometheus-stack-88.5.3/charts/prometheus-node-exporter/templates/_helpers.tpl
    "kube-prometheus-stack": ("prometheus-node-exporter", "namespaceOverride"),
}


def writes_to(release: Mapping[str, object]) -> list[str]:
    """Return the namespaces, beside its own, that a Release's chart writes to by its values."""
    chart = str(release.get("chart")).rstrip("/").rpartition("/")[2]
    named = get(release, "values", *_WRITES[chart]) if chart in _WRITES else None
    return [each.strip() for each in named.split(",") if each.strip()] if isinstance(named, str) else []


_STANDING = {"default", "kube-system", "kube-public", "kube-node-lease"}


def _namespace(op: ResourceOperation) -> Iterator[Refusal]:
    named = [op.text("metadata", "namespace")]
    if op.token == RELEASE:
        own = [] if op.get("createNamespace") is True else [op.text("namespace")]
        named = [*own, *writes_to(op.inputs)]
    made = {get(n.inputs, "metadata", "name") for n in op.inventory.of("kubernetes:core/v1:Namespace")}
    releases = op.inventory.of(RELEASE)
    made |= {get(r.inputs, "namespace") for r in releases if get(r.inputs, "createNamespace") is True}
    for name in named:
        if not name or name in _STANDING or name in made or None in made:
            continue
        yield Refusal(
            "NotFound",
            f'namespaces "{name}" not found',
            "make the Namespace first, and take its metadata.name output, so that Pulumi knows the order",
            may_appear=True,
        )


def _reachable(op: ResourceOperation) -> Iterator[Refusal]:
    identity = op.provider.get("clusterIdentifier")
    endpoint = _server(str(op.provider.get("kubeconfig") or ""))
    for value in (identity, endpoint):
        if isinstance(value, str) and op.inventory.gone(value):
            host = endpoint.removeprefix("https://") or value
            yield Refusal(
                "unreachable",
                f"configured Kubernetes cluster is unreachable: dial tcp: lookup {host}: no such host",
                "let everything in the cluster depend on it, so that it is deleted first; what is left in the state goes "
                "with PULUMI_K8S_DELETE_UNREACHABLE=true",
            )
            return


@cache
def _server(kubeconfig: str) -> str:
    try:
        loaded = yaml.safe_load(kubeconfig) if kubeconfig else None
    except yaml.YAMLError:
        return ""
    clusters = items(loaded, "clusters")
    found = get(clusters[0], "cluster", "server") if clusters else None
    return found if isinstance(found, str) else ""


_API = "https://kubernetes.io/docs/reference/using-api/"
_ALL = r"kubernetes:(?!yaml|kustomize|index:).*"
LAWS = (
    Law(
        "kubernetes-schema",
        "a manifest fits its schema",
        "https://kubernetes.io/docs/reference/generated/kubernetes-api/",
        OBJECTS,
        _schema,
    ),
    Law(
        "kubernetes-kind",
        "a kind is known",
        "https://kubernetes.io/docs/reference/using-api/deprecation-guide/",
        OBJECTS,
        _known_kind,
    ),
    Law(
        "kubernetes-namespace",
        "a namespace is there first",
        "https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/",
        f"{OBJECTS}|{re.escape(RELEASE)}",
        _namespace,
        ("create",),
    ),
    Law("kubernetes-cluster", "a cluster is there", _API, _ALL, _reachable, ("create", "update", "delete")),
)
