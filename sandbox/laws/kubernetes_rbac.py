"""Kubernetes: roles and bindings that the API server refuses (pkg/apis/rbac/validation/validation.go)."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..wire import UNKNOWN
from .kubernetes_fields import invalid, required, unsupported
from .law import Law, Refusal, ResourceOperation, get, items

_SOURCE = "https://github.com/kubernetes/kubernetes/blob/v1.35.0/pkg/apis/rbac/validation/validation.go"
_RBAC = r"kubernetes:rbac.authorization.k8s.io/v1:"
_GROUP = "rbac.authorization.k8s.io"


def _rules(op: ResourceOperation) -> Iterator[Refusal]:
    for index, rule in enumerate(items(op.inputs, "rules")):
        if not isinstance(rule, Mapping):
            continue
        path = f"rules[{index}]"
        if _lacks(rule, "verbs"):
            yield required(op, f"{path}.verbs", "verbs must contain at least one value", "name the verbs")
        if items(rule, "nonResourceURLs"):
            yield from _of_urls(op, path, rule)
            continue
        if _lacks(rule, "apiGroups"):
            why = "resource rules must supply at least one api group"
            yield required(op, f"{path}.apiGroups", why, 'write the group; of pods, services and secrets it is ""')
        if _lacks(rule, "resources"):
            yield required(op, f"{path}.resources", "resource rules must supply at least one resource", "name them")


def _of_urls(op: ResourceOperation, path: str, rule: Mapping[str, Any]) -> Iterator[Refusal]:
    urls = items(rule, "nonResourceURLs")
    if op.cls == "Role":
        why = "namespaced rules cannot apply to non-resource URLs"
        yield invalid(op, f"{path}.nonResourceURLs", urls, why, "put it into a ClusterRole")
    if any(items(rule, each) for each in ("apiGroups", "resources", "resourceNames")):
        why = "rules cannot apply to both regular resources and non-resource URLs"
        yield invalid(op, f"{path}.nonResourceURLs", urls, why, "make a rule of each")


def _lacks(rule: Mapping[str, Any], name: str) -> bool:
    return rule.get(name) != UNKNOWN and not rule.get(name)


def _binding(op: ResourceOperation) -> Iterator[Refusal]:
    role = op.inputs.get("roleRef")
    kinds = ("ClusterRole",) if op.cls == "ClusterRoleBinding" else ("ClusterRole", "Role")
    kind, group = get(role, "kind"), get(role, "apiGroup")
    if isinstance(kind, str) and kind not in kinds:
        yield unsupported(op, "roleRef.kind", kind, kinds)
    if isinstance(group, str) and group != _GROUP:
        yield unsupported(op, "roleRef.apiGroup", group, (_GROUP,))
    for index, subject in enumerate(items(op.inputs, "subjects")):
        kind, path = get(subject, "kind"), f"subjects[{index}]"
        if kind == "ServiceAccount" and isinstance(subject, Mapping) and not subject.get("namespace"):
            yield required(op, f"{path}.namespace", "", "say whose service account it is")
        elif isinstance(kind, str) and kind not in ("Group", "ServiceAccount", "User"):
            yield unsupported(op, f"{path}.kind", kind, ("Group", "ServiceAccount", "User"))


LAWS = (
    Law("kubernetes-role-rule", "rules of a role", _SOURCE, _RBAC + "(Cluster)?Role", _rules),
    Law("kubernetes-binding", "roles and subjects of a binding", _SOURCE, _RBAC + "(Cluster)?RoleBinding", _binding),
)
