"""Where images come from: a registry's hosts, and those that it sends whoever pulls to for the layers."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..laws.law import get, items
from ..world import Record
from .pods import Workload

# a registry in AWS's own hands: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
ECR = re.compile(r"(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?")
_HOST = re.compile(r"^(?=[^/]*\.)[a-z0-9.-]+(?::\d+)?(?=/|$)")
# Hosts that a pull asks besides the registry's own: Docker documentation, allow-list; GitHub Docs, "Troubleshooting the
# Container registry"; OpenShift documentation, configuring-firewall; registry.k8s.io,
# docs/request-handling.md
HOSTS: Mapping[str, tuple[str, ...]] = {
    "docker.io": ("registry-1.docker.io", "auth.docker.io", "production.cloudflare.docker.com"),
    "ghcr.io": ("ghcr.io", "pkg-containers.githubusercontent.com"),
    "quay.io": ("quay.io", "cdn01.quay.io"),
    "registry.k8s.io": ("registry.k8s.io",),
    "public.ecr.aws": ("public.ecr.aws",),
}
# registry.k8s.io sends who asks from AWS to a bucket of the asker's region, one of which has a name of its own
# (github.com/kubernetes/registry.k8s.io, cmd/archeio/internal/app/buckets.go, 093d55a)
_KUBERNETES_BUCKETS = {"eu-west-2": "767373bbdcb8270361b96548387bf2a9ad0d48758c35-eu-west-2"}
# Registries of charts' images where their values name none: each chart's own values.yaml.
_CHARTS: Mapping[str, tuple[str, ...]] = {
    "aws-load-balancer-controller": ("public.ecr.aws",),
    "cert-manager": ("quay.io",),
    "external-secrets": ("ghcr.io",),
    "grafana": ("docker.io",),
    "ingress-nginx": ("registry.k8s.io",),
    "karpenter": ("public.ecr.aws",),
    "keda": ("ghcr.io",),
    "kube-prometheus-stack": ("quay.io", "registry.k8s.io", "docker.io"),
    "kube-state-metrics": ("registry.k8s.io",),
    "cluster-autoscaler": ("registry.k8s.io",),
    "loki": ("docker.io",),
    "metrics-server": ("registry.k8s.io",),
    "tempo": ("docker.io",),
}


def layer_bucket(registry: str, region: str) -> str:
    """Return the bucket of a region that a registry keeps layers in, or none where layers come from elsewhere."""
    if ECR.fullmatch(registry):
        return f"prod-{region}-starport-layer-bucket"  # ECR user guide: minimum S3 bucket permissions
    if registry == "registry.k8s.io":
        return _KUBERNETES_BUCKETS.get(region, f"prod-registry-k8s-io-{region}")
    return ""


def registry_of(image: str) -> str:
    """Return the registry of an image; one without a host is Docker Hub's."""
    found = _HOST.match(image.partition("@")[0]) if "/" in image else None
    return found[0] if found and found[0] != "index.docker.io" else "docker.io"


def of_workload(workload: Workload) -> Iterator[str]:
    """Yield the registries that a workload's images come from."""
    for part in ("initContainers", "containers"):
        for container in items(workload.spec, part):
            if isinstance(container.get("image"), str):
                yield registry_of(container["image"])


def of_release(release: Record) -> list[str]:
    """Return the registries of a chart's images: those that its values name, and its own where they leave any."""
    values = get(release.inputs, "values") or {}
    said = sorted(set(_named(values)))
    chart = str(release.inputs.get("chart") or "").rpartition("/")[2]
    return said or list(_CHARTS.get(chart, ()))


def _named(value: Any, key: str = "") -> Iterator[str]:
    if isinstance(value, Mapping):
        for inner, each in value.items():
            yield from _named(each, str(inner))
    elif isinstance(value, list):
        for each in value:
            yield from _named(each, key)
    elif isinstance(value, str) and key.lower() in ("registry", "repository", "imageregistry", "image"):
        found = _HOST.match(value)
        if found and "://" not in value:
            yield found[0]
