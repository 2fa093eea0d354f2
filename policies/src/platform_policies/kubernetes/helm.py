"""Helm's charts, by their values: what a Release makes of them no rule sees, for Helm renders it in the cluster."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..kit.reading import UNKNOWN, get, given, items
from ..kit.rule import Resource, Rule
from ..kit.secret_text import shows_token
from .secrets import is_secret

_CHARTS = r"kubernetes:helm.sh/v\w+:(Release|Chart)"
_LINK = "https://helm.sh/docs/chart_best_practices/values/"
_NAMESPACES = ("hostNetwork", "hostPID", "hostIPC")
_SCHEMES = ("aws-load-balancer-scheme", "aws-load-balancer-internal")
# By chart, at which path which value opens it: as values.yaml of each has them, shut by default, in kubernetes/ingress-nginx,
# argoproj/argo-helm (its README for configs.params), bitnami/charts, hashicorp/vault-helm and traefik/traefik-helm-chart.
_OPENS: dict[str, Sequence[tuple[tuple[str, ...], Any]]] = {
    "ingress-nginx": [(("controller", "allowSnippetAnnotations"), True)],
    "grafana": [(("grafana.ini", "auth.anonymous", "enabled"), True), (("adminPassword",), "admin")],
    "kube-prometheus-stack": [
        (("grafana", "grafana.ini", "auth.anonymous", "enabled"), True),
        (("grafana", "adminPassword"), "prom-operator"),
    ],
    "argo-cd": [
        (("configs", "params", "server.insecure"), True),
        (("configs", "params", "server.disable.auth"), True),
        (("configs", "cm", "users.anonymous.enabled"), True),
        (("configs", "rbac", "policy.default"), "role:admin"),
        (("server", "extraArgs"), "--insecure"),
    ],
    "metrics-server": [(("args",), "--kubelet-insecure-tls")],
    "redis": [(("auth", "enabled"), False)],
    "mongodb": [(("auth", "enabled"), False)],
    "vault": [(("server", "dev", "enabled"), True)],
    "traefik": [
        (("api", "insecure"), True),
        (("additionalArguments",), "--api.insecure=true"), (("additionalArguments",), "--api.insecure"),
    ],
}  # fmt: skip


def _walk(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every value under a chart's values, with the keys that lead to it."""
    yield path, value
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _walk(item, (*path, key))
    elif isinstance(value, list):
        for item in value:
            yield from _walk(item, path)


def _values(holds: Callable[[tuple[str, ...], Any], bool]) -> Callable[[Resource], bool]:
    return lambda resource: all(holds(path, value) for path, value in _walk(resource.get("values")))


def _spared(holds: Callable[[Resource], bool]) -> Callable[[Resource], bool]:
    return lambda resource: given(resource.parameters["reasons"].get(resource.name)) or holds(resource)


def _harmless(path: tuple[str, ...], value: Any) -> bool:
    key = path[-1] if path else ""
    if key in (*_NAMESPACES, "privileged", "allowPrivilegeEscalation", "hostProcess"):
        return value not in (True, "true")
    if key == "runAsUser":
        return bool(value != 0)
    if key == "hostPath":
        return not isinstance(value, dict)
    if path[-2:] == ("capabilities", "add") and isinstance(value, str):
        return bool(value == "NET_BIND_SERVICE")
    return True


def _internal(path: tuple[str, ...], value: Any) -> bool:
    if not (path and path[-1].lower().endswith("service") and isinstance(value, dict)):
        return True
    annotations = get(value, "annotations")
    internal = isinstance(annotations, dict) and any(
        key.endswith(_SCHEMES) and mode in ("internal", "true", True, UNKNOWN) for key, mode in annotations.items()
    )
    return get(value, "type") not in ("LoadBalancer", "NodePort") or annotations is UNKNOWN or internal


def _shut(resource: Resource) -> bool:
    name = str(resource.get("chart")).removesuffix("/").rpartition("/")[2]
    for path, opens in _OPENS.get(name, ()):
        found = get(resource.get("values"), *path)
        if found == opens or (isinstance(opens, bool) and found == str(opens).lower()) or opens in items(found):
            return False
    return True


def _pinned(resource: Resource) -> bool:
    chart = str(resource.get("chart"))
    lies_here = chart.startswith((".", "/"))
    return lies_here or "@sha256:" in chart or given(resource.get("version")) or resource.get("chart") is UNKNOWN


RULES = (
    Rule(
        "k8s-helm-privileged", "critical", "a chart's values give its pods nothing of the node", "leave privileged, host namespaces, hostPath, added capabilities and user 0 out of the values, or list the chart with the reason under the parameter `reasons`", "privilege",
        _CHARTS, _spared(_values(_harmless)), refs="PSS baseline", link=_LINK, parameters={"reasons": {}},
    ),
    Rule(
        "k8s-helm-secret", "critical", "a chart's values contain no key, token or login in plain text", "let the chart take an existing Secret", "secrets", _CHARTS,
        _values(lambda _, value: not shows_token(value)), refs="CIS EKS 4.4.2", link=_LINK,
    ),
    Rule(
        "k8s-helm-password", "medium", "a chart takes passwords from a Secret, not from its values, which Helm keeps", "let the chart take an existing Secret", "secrets", _CHARTS,
        _values(lambda path, value: not is_secret(path[-1] if path else "", value)), refs="CIS EKS 4.4.2", link=_LINK, level="advisory",
    ),
    Rule(
        "k8s-helm-open", "high", "a chart's values leave its protection on", "leave the value at the chart's default", "boundary", _CHARTS, _shut, link=_LINK,
    ),
    Rule(
        "k8s-helm-public", "high", "a chart's Service is not exposed to the internet", "use ClusterIP, or annotate the load balancer as internal", "boundary", _CHARTS, _values(_internal),
        link=_LINK, level="advisory",
    ),
    Rule(
        "k8s-helm-version", "medium", "a chart has a version", "set version, or a digest: what comes next is another chart", "configuration", _CHARTS, _pinned,
        link="https://helm.sh/docs/topics/charts/#charts-and-versioning",
    ),
)  # fmt: skip
