"""Which registries ECR stands before, and where images lie there."""

from collections.abc import Mapping
from dataclasses import dataclass

DOCKER_HUB, GITHUB = "docker.io", "ghcr.io"


@dataclass(frozen=True)
class Upstream:
    """A registry: by what name ECR's rule knows it, and the folder of the stack's prefix in which its images lie."""

    url: str
    folder: str


# By the name in an image's reference. All that ECR takes and our images need (ECR user guide, pull-through-cache).
UPSTREAMS: Mapping[str, Upstream] = {
    DOCKER_HUB: Upstream("registry-1.docker.io", "docker"),
    GITHUB: Upstream("ghcr.io", "github"),
    "public.ecr.aws": Upstream("public.ecr.aws", "public"),
    "quay.io": Upstream("quay.io", "quay"),
    "registry.k8s.io": Upstream("registry.k8s.io", "k8s"),
}
# Chart -> its values that say where images come from, and what they say by default.
CHART_IMAGES: Mapping[str, Mapping[str, str]] = {
    "alloy": {"image.registry": DOCKER_HUB},
    "aws-load-balancer-controller": {"image.repository": "public.ecr.aws/eks/aws-load-balancer-controller"},
    "datadog": {"registry": "public.ecr.aws/datadog"},
    "external-secrets": {"image.repository": "ghcr.io/external-secrets/external-secrets"},
    # ECR fetches a version that it has not yet by its tag alone, and the chart asks by digest
    # (aws/containers-roadmap#2837); no tag of the account's is ever overwritten
    "karpenter": {"controller.image.repository": "public.ecr.aws/karpenter/controller", "controller.image.digest": ""},
    "keda": {f"image.{part}.registry": GITHUB for part in ("keda", "metricsApiServer", "webhooks")},
    "kube-prometheus-stack": {
        "alertmanager.alertmanagerSpec.image.registry": "quay.io",
        "grafana.image.registry": DOCKER_HUB,
        "grafana.sidecar.image.registry": "quay.io",
        "kube-state-metrics.image.registry": "registry.k8s.io",
        "prometheus-node-exporter.image.registry": "quay.io",
        "prometheus.prometheusSpec.image.registry": "quay.io",
        "prometheusOperator.admissionWebhooks.patch.image.registry": GITHUB,
        "prometheusOperator.image.registry": "quay.io",
        "prometheusOperator.prometheusConfigReloader.image.registry": "quay.io",
        # of no pod of ours, and named in an argument of the operator's
        "prometheusOperator.thanosImage.registry": "quay.io",
    },
    "loki": {"loki.image.registry": DOCKER_HUB},
    "prometheus-blackbox-exporter": {"image.registry": "quay.io"},
    "prometheus-yet-another-cloudwatch-exporter": {"image.registry": "quay.io"},
    "tempo": {"tempo.registry": DOCKER_HUB},
}


def registry_of(image: str) -> str:
    """Return the registry that an image's reference names; one that names none means Docker Hub."""
    first, slash, _ = image.partition("/")
    return first if slash and ("." in first or ":" in first) else DOCKER_HUB


def cached_path(reference: str) -> str | None:
    """Return where under the stack's prefix an image lies, or a registry's images; None of no known registry."""
    if reference in UPSTREAMS:
        return UPSTREAMS[reference].folder
    registry = registry_of(reference)
    if not reference or registry not in UPSTREAMS:
        return None
    path = reference.removeprefix(f"{registry}/")
    # Docker's own images lie in a folder that nobody writes
    official = registry == DOCKER_HUB and "/" not in path
    return f"{UPSTREAMS[registry].folder}/{'library/' if official else ''}{path}"
