"""Services, Ingresses and network policies."""

import ipaddress
from collections.abc import Callable, Iterable
from typing import Any

from ..kit.reading import UNKNOWN, among, get, given, items
from ..kit.rule import Resource, Rule

_POLICIES = "kubernetes:(networking.k8s.io|extensions)/v\\w+:NetworkPolicy(Patch)?"
_INGRESSES = "kubernetes:(networking.k8s.io|extensions)/v\\w+:Ingress"
_SERVICES = "kubernetes:core/v1:Service(Patch)?"
_LINK = "https://kubernetes.io/docs/concepts/services-networking/network-policies/"
_ALB = "alb.ingress.kubernetes.io/"
_LB_SCHEMES = (
    "service.beta.kubernetes.io/aws-load-balancer-scheme",
    "service.beta.kubernetes.io/aws-load-balancer-internal",
)
# what is so wide that it is everywhere: this share of all addresses, after what is left out
_EVERYWHERE = 1 - 1 / 256
# a range of more ports than this is all of them
_MOST_PORTS = 60000


def annotations_of(resource: Resource) -> dict[str, Any]:
    """Return an object's annotations, as far as they are known."""
    found = resource.get("metadata", "annotations")
    return found if isinstance(found, dict) else {}


def everywhere(blocks: Iterable[Any]) -> bool:
    """Return whether address blocks (`cidr`, `except`) are together nearly all addresses: halves of them are as well."""
    listed = list(blocks)
    return any(
        _addresses([get(block, "cidr") for block in listed], version)
        - sum(_addresses(items(block, "except"), version) for block in listed)
        > _EVERYWHERE * 2**bits
        for version, bits in ((4, 32), (6, 128))
    )


def _addresses(blocks: Iterable[Any], version: int) -> int:
    networks: list[Any] = [one for text in blocks if (one := _network(text)) and one.version == version]
    return sum(one.num_addresses for one in ipaddress.collapse_addresses(networks))


def _network(text: Any) -> Any:
    try:
        return ipaddress.ip_network(str(text), strict=False)
    except ValueError:
        return None


def _names_peers(
    direction: str, side: str, harmless: Callable[[Any], bool] = lambda _: False
) -> Callable[[Resource], bool]:
    """Return a judge of policies whose rules say with whom: neither with all, nor all addresses, nor all namespaces."""

    def holds(resource: Resource) -> bool:
        blocks: list[Any] = []
        for rule in resource.items("spec", direction):
            peers = get(rule, side)
            if rule is UNKNOWN or peers is UNKNOWN or harmless(rule):
                continue
            if not peers or any(_of_all_namespaces(peer) for peer in peers):
                return False
            blocks += [block for peer in peers if isinstance(block := get(peer, "ipBlock"), dict)]
        return not everywhere(blocks)

    return holds


def _of_all_namespaces(peer: Any) -> bool:
    """Return whether a peer is every pod of every namespace: an empty selector of namespaces, with none of pods."""
    return _empty(get(peer, "namespaceSelector")) and get(peer, "podSelector") in (None, {})


def _empty(selector: Any) -> bool:
    return isinstance(selector, dict) and not any(given(one) for one in selector.values())


def _of_a_port(rule: Any) -> bool:
    """Return whether a rule is for named ports alone; a range of nearly all is none."""
    ports = get(rule, "ports")
    if ports is UNKNOWN or not given(ports):
        return ports is UNKNOWN
    return all(
        given(get(one, "port")) and not _wide(get(one, "port"), get(one, "endPort")) for one in items(rule, "ports")
    )


def _wide(first: Any, last: Any) -> bool:
    return isinstance(first, int | float) and isinstance(last, int | float) and last - first > _MOST_PORTS


def _internal(resource: Resource) -> bool:
    kind, annotations = resource.get("spec", "type"), annotations_of(resource)
    if (
        kind is UNKNOWN
        or kind not in ("LoadBalancer", "NodePort")
        or resource.get("metadata", "annotations") is UNKNOWN
    ):
        return True
    return kind == "LoadBalancer" and any(
        among(annotations.get(key), "internal", "true", "nlb-internal") for key in _LB_SCHEMES
    )


def _ingress_tls(resource: Resource) -> bool:
    return UNKNOWN in (resource.get("spec", "tls"), resource.get("metadata", "annotations")) or (
        given(resource.get("spec", "tls")) or given(annotations_of(resource).get(f"{_ALB}certificate-arn"))
    )


def _ingress_internal(resource: Resource) -> bool:
    annotations = annotations_of(resource)
    if not any(key.startswith(_ALB) for key in annotations):
        return True
    return among(annotations.get(f"{_ALB}scheme"), "internal")


def _no_snippets(resource: Resource) -> bool:
    return not any(
        key.endswith(("-snippet", "-snippets")) and not (value is UNKNOWN or value == "")
        for key, value in annotations_of(resource).items()
    )


def _snippets_off(resource: Resource) -> bool:
    return resource.get("data", "allow-snippet-annotations") not in ("true", True)


RULES = (
    Rule(
        "k8s-netpol-open", "medium", "a network policy's ingress names its sources", "give `from` pods, namespaces or CIDR ranges", "boundary",
        _POLICIES, _names_peers("ingress", "from"), refs="CIS EKS 4.3.2", link=_LINK,
    ),
    Rule(
        "k8s-netpol-egress", "medium", "a network policy's egress names its targets or its ports", "give `to` pods, namespaces or CIDR ranges, or the ports that are needed", "boundary",
        _POLICIES, _names_peers("egress", "to", _of_a_port), refs="CIS EKS 4.3.2", link=_LINK,
    ),
    Rule(
        "k8s-service-public", "high", "a Service is not exposed to the internet", "use ClusterIP, or annotate the load balancer as internal", "boundary",
        _SERVICES, _internal, refs="kube-score service-type", link="https://docs.aws.amazon.com/eks/latest/userguide/network-load-balancing.html",
    ),
    Rule(
        "k8s-external-ips", "high", "a Service has no external IPs", "leave externalIPs out (CVE-2020-8554)", "boundary",
        _SERVICES, lambda s: s.get("spec", "externalIPs") is UNKNOWN or not given(s.get("spec", "externalIPs")),
        refs="kube-score service-externalips", link="https://github.com/kubernetes/kubernetes/issues/97076",
    ),
    Rule(
        "k8s-ingress-tls", "high", "an Ingress uses TLS", "set tls, or alb.ingress.kubernetes.io/certificate-arn", "in-transit",
        _INGRESSES, _ingress_tls, refs="CIS EKS 5.4.5", link="https://kubernetes.io/docs/concepts/services-networking/ingress/#tls",
    ),
    Rule(
        "k8s-ingress-internal", "high", "an Ingress's load balancer is internal", "set alb.ingress.kubernetes.io/scheme to internal", "boundary",
        _INGRESSES, _ingress_internal, link="https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/",
    ),
    Rule(
        "k8s-ingress-snippet", "critical", "an Ingress gives its controller no code (snippets, CVE-2021-25742)", "leave the snippet annotation out, and set what it did where the controller is", "privilege",
        rf"{_INGRESSES}(Patch)?", _no_snippets, refs="CKV_K8S_152, CKV_K8S_153, CKV_K8S_154", link="https://github.com/kubernetes/kubernetes/issues/126811",
    ),
    Rule(
        "k8s-ingress-snippets-off", "high", "the NGINX ingress controller takes no snippets from annotations", "leave allow-snippet-annotations out", "privilege",
        "kubernetes:core/v1:ConfigMap(Patch)?", _snippets_off, refs="CKV_K8S_152", link="https://github.com/kubernetes/kubernetes/issues/126811",
    ),
)  # fmt: skip
