"""Who may do what in a cluster: roles, their bindings, and accounts."""

from collections.abc import Callable, Iterator
from typing import Any

from ..kit.reading import among, get, given, items
from ..kit.rule import Level, Resource, Rule, Severity

_RBAC = r"kubernetes:rbac.authorization.k8s.io/v\w+"
_ROLES = rf"{_RBAC}:(ClusterRole|Role)(Patch)?"
_BINDINGS = rf"{_RBAC}:(ClusterRoleBinding|RoleBinding)(Patch)?"
_LINK = "https://kubernetes.io/docs/concepts/security/rbac-good-practices/"
# groups that hold more than anybody has in mind: everyone, everyone with a login, every service account, and those
# whom no authorizer asks
_EVERYBODY = (
    "system:anonymous",
    "system:unauthenticated",
    "system:authenticated",
    "system:serviceaccounts",
    "system:masters",
)
# what Kubernetes itself binds to everybody (plugin/pkg/auth/authorizer/rbac/bootstrappolicy)
_FOR_EVERYBODY = ("system:public-info-viewer", "system:discovery", "system:basic-user")
_WRITES = ("create", "update", "patch", "delete", "deletecollection", "*")
_WORKLOADS = (
    "pods", "podtemplates", "replicationcontrollers", "deployments", "statefulsets", "daemonsets", "replicasets", "jobs", "cronjobs",
)  # fmt: skip


def _rules(resource: Resource, *keys: str) -> set[str]:
    return {one for rule in resource.items("rules") for key in keys for one in items(rule, key) if isinstance(one, str)}


def _narrow(resource: Resource) -> bool:
    names = _rules(resource, "apiGroups", "resources", "verbs", "nonResourceURLs")
    return not any(name in ("*", "/*") or name.startswith("*/") for name in names)


def _secrets_by_name(resource: Resource) -> bool:
    """Return whether a role reads Secrets by their names; a Role need not, within its namespace, for a listed reason."""
    listed: dict[str, str] = resource.parameters["whole_namespace"]
    if ":Role" in resource.type and given(listed.get(resource.name)):
        return True
    for rule in resource.items("rules"):
        reads = {"get", "list", "watch", "*"} & {v for v in items(rule, "verbs") if isinstance(v, str)}
        if (
            "secrets" in items(rule, "resources")
            and reads
            and not (given(get(rule, "resourceNames")) and not {"list", "watch", "*"} & reads)
        ):
            return False
    return True


def _withholds(verbs: tuple[str, ...], kinds: tuple[str, ...]) -> Callable[[Resource], bool]:
    """Return a judge of roles that give none of these verbs on none of these kinds, but by name."""

    def holds(resource: Resource) -> bool:
        return given(resource.parameters["reasons"].get(resource.name)) or not any(
            set(verbs) & {verb for verb in items(rule, "verbs") if isinstance(verb, str)}
            and set(kinds) & {kind for kind in items(rule, "resources") if isinstance(kind, str)}
            and not given(get(rule, "resourceNames"))
            for rule in resource.items("rules")
        )

    return holds


def _aggregates(resource: Resource) -> bool:
    """Return whether a role that is made of others says of which: an empty selector takes every role in."""
    chosen = resource.items("aggregationRule", "clusterRoleSelectors")
    return all(given(get(one, "matchLabels")) or given(get(one, "matchExpressions")) for one in chosen)


def _subjects(resource: Resource) -> Iterator[tuple[Any, Any]]:
    for subject in resource.items("subjects"):
        yield get(subject, "kind"), get(subject, "name")


def _of_somebody(resource: Resource) -> bool:
    if resource.get("roleRef", "name") in _FOR_EVERYBODY:
        return True
    return not any(
        isinstance(name, str) and (name in _EVERYBODY or name.startswith("system:serviceaccounts:"))
        for kind, name in _subjects(resource)
        if kind in ("Group", "User")
    )


def _of_an_own_account(resource: Resource) -> bool:
    return ("ServiceAccount", "default") not in list(_subjects(resource))


def _within_a_namespace(resource: Resource) -> bool:
    return resource.get("roleRef", "name") not in ("admin", "edit")


def _grant(
    rule_id: str, severity: Severity, sentence: str, verbs: tuple[str, ...], kinds: tuple[str, ...], refs: str = "", level: Level = "mandatory"
) -> Rule:  # fmt: skip
    return Rule(
        rule_id, severity, sentence, "leave it out, give resourceNames, or list the role with the reason under the parameter `reasons`", "privilege", _ROLES,
        _withholds(verbs, kinds), refs=refs, link=_LINK, parameters={"reasons": {}}, level=level,
    )  # fmt: skip


RULES = (
    Rule(
        "k8s-rbac-star", "high", "an RBAC role has no wildcard", "name groups, resources and verbs", "privilege", _ROLES, _narrow, refs="CIS EKS 4.1.3, CKV_K8S_49", link=_LINK,
    ),
    Rule(
        "k8s-rbac-escalate", "critical", "an RBAC role does not allow privilege escalation (bind, escalate, impersonate)", "leave out bind, escalate and impersonate", "privilege", _ROLES,
        lambda s: not {"bind", "escalate", "impersonate"} & _rules(s, "verbs"), refs="CIS EKS 4.1.8, CKV_K8S_157, CKV_K8S_158, CKV2_K8S_1, CKV2_K8S_3", link=_LINK,
    ),
    Rule(
        "k8s-rbac-secrets", "high", "an RBAC role reads Secrets only by name",
        "give resourceNames, and leave out list and watch, or list a Role with the reason under the parameter `whole_namespace`", "secrets", _ROLES, _secrets_by_name,
        refs="CIS EKS 4.1.2, CKV2_K8S_5", link=_LINK, parameters={"whole_namespace": {}},
    ),
    _grant("k8s-rbac-exec", "high", "an RBAC role opens no shell, tunnel or debugger in any pod", ("create", "get", "update", "patch", "*"), ("pods/exec", "pods/attach", "pods/portforward", "pods/proxy", "services/proxy", "pods/ephemeralcontainers"), "CKV2_K8S_2"),
    _grant("k8s-rbac-nodes", "critical", "an RBAC role does not reach the kubelets (nodes/proxy)", ("get", "create", "update", "patch", "delete", "*"), ("nodes/proxy",), "CIS Kubernetes 5.1.10, CKV2_K8S_2"),
    _grant("k8s-rbac-token", "critical", "an RBAC role makes no tokens of any service account", ("create", "*"), ("serviceaccounts/token",), "CIS Kubernetes 5.1.13"),
    _grant("k8s-rbac-csr", "critical", "an RBAC role approves no certificates of others", ("update", "patch", "approve", "sign", "*"), ("certificatesigningrequests/approval", "certificatesigningrequests/status", "signers"), "CIS Kubernetes 5.1.11, CKV_K8S_156"),
    _grant(
        "k8s-rbac-webhooks", "high", "an RBAC role changes no admission webhooks or policies", _WRITES,
        ("validatingwebhookconfigurations", "mutatingwebhookconfigurations", "validatingadmissionpolicies", "validatingadmissionpolicybindings", "mutatingadmissionpolicies"), "CIS Kubernetes 5.1.12, CKV_K8S_155", "advisory",
    ),
    _grant("k8s-rbac-api", "high", "an RBAC role registers no aggregated API", _WRITES, ("apiservices",), level="advisory"),
    _grant("k8s-rbac-pods", "medium", "an RBAC role makes no pods, which may use any account of their namespace", ("create", "update", "patch", "*"), _WORKLOADS, "CIS EKS 4.1.4", "advisory"),
    _grant("k8s-rbac-volumes", "medium", "an RBAC role makes no persistent volumes, which may be a node's folders", ("create", "*"), ("persistentvolumes",), "CIS Kubernetes 5.1.9", "advisory"),
    _grant("k8s-rbac-status", "medium", "an RBAC role does not write the status of Services or nodes (CVE-2020-8554)", ("update", "patch", "*"), ("services/status", "nodes/status"), "CKV2_K8S_4", "advisory"),
    Rule(
        "k8s-rbac-aggregate", "high", "a role that is made of others says which", "give clusterRoleSelectors labels", "privilege", _ROLES, _aggregates,
        link="https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles",
    ),
    Rule(
        "k8s-rbac-admin", "critical", "nothing is bound to cluster-admin", "bind a role that names what is needed", "privilege", _BINDINGS,
        lambda s: s.get("roleRef", "name") != "cluster-admin", refs="CIS EKS 4.1.1", link=_LINK,
    ),
    Rule(
        "k8s-rbac-wide", "high", "admin and edit are bound within a namespace, not in the whole cluster", "use a RoleBinding", "privilege", rf"{_RBAC}:ClusterRoleBinding(Patch)?",
        _within_a_namespace, refs="CIS EKS 4.1.1", link=_LINK, level="advisory",
    ),
    Rule(
        "k8s-rbac-everybody", "critical", "no role is bound to everybody, every account or system:masters", "bind a group, a user or an account of your own", "privilege", _BINDINGS, _of_somebody,
        refs="CIS Kubernetes 5.1.7", link=_LINK,
    ),
    Rule(
        "k8s-rbac-default-account", "high", "no role is bound to a default service account", "bind an account of its own, and name it in the pod", "privilege", _BINDINGS, _of_an_own_account,
        refs="CIS EKS 4.1.5, CKV_K8S_42", link=_LINK,
    ),
    Rule(
        "k8s-sa-automount", "medium", "a service account's token is not mounted automatically", "set automountServiceAccountToken to false", "identity",
        "kubernetes:core/v1:ServiceAccount", lambda s: among(s.get("automountServiceAccountToken"), False), refs="CIS EKS 4.1.6, CKV_K8S_38",
        link="https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/",
    ),
)  # fmt: skip
