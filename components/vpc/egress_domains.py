"""Which names the platform itself must resolve, where DNS Firewall lets only listed ones pass."""

from collections.abc import Iterable

# Name -> who asks for it. A leading `*.` takes everything below a name (Route 53 Resolver, firewall domain lists).
PLATFORM_DOMAINS = {
    "*.amazonaws.com": "AWS's services, the cluster's endpoint, database and cache",
    "*.api.aws": "AWS's dual-stack endpoints",
    "*.compute.internal": "the nodes' own names",
    "aws.github.io": "the chart of the load balancer controller",
}
REGISTRY_DOMAINS = {
    "*.cloudfront.net": "layers of public.ecr.aws",
    "public.ecr.aws": "images of AWS and Karpenter",
    "*.docker.io": "images of Grafana and Loki, and whatever an application has there",
    "*.docker.com": "layers of docker.io",
    # Docker documentation, allow-list: who pulls without an account. Not all of R2: anybody may have a bucket there.
    "docker-images-prod.6aa30f8b08e16409b46e0173d6de2f56.r2.cloudflarestorage.com": "layers of docker.io",
    "ghcr.io": "External Secrets, KEDA, who makes the certificate of Prometheus' admission hook",
    "pkg-containers.githubusercontent.com": "layers of ghcr.io",
    "quay.io": "images of Prometheus",
    "*.quay.io": "layers of quay.io",
    "registry.k8s.io": "kube-state-metrics",
    "*.pkg.dev": "layers of registry.k8s.io",
}


def allowed_domains(own: Iterable[str], *, pulls_from_internet: bool = True) -> list[str]:
    """Return the platform's names and a stack's own, each once."""
    return sorted({*PLATFORM_DOMAINS, *(REGISTRY_DOMAINS if pulls_from_internet else ()), *own})
