"""Namespaces, roles, Services, Ingresses and network policies."""

from typing import Any

from ..kit.reading import UNKNOWN, among, get, given, items
from ..kit.rule import Resource, Rule
from .pods import WORKLOADS

_ROLES = r"kubernetes:rbac.authorization.k8s.io/v1:(ClusterRole|Role)"
_BINDINGS = r"kubernetes:rbac.authorization.k8s.io/v1:(ClusterRoleBinding|RoleBinding)"
_NAMESPACED = (
    rf"{WORKLOADS}|kubernetes:core/v1:(ConfigMap|Secret|Service|ServiceAccount|PersistentVolumeClaim)|"
    r"kubernetes:(networking.k8s.io/v1:(Ingress|NetworkPolicy)|policy/v1:PodDisruptionBudget|autoscaling/v2:HorizontalPodAutoscaler)"
)
_RBAC = "https://kubernetes.io/docs/concepts/security/rbac-good-practices/"
_LB_SCHEMES = (
    "service.beta.kubernetes.io/aws-load-balancer-scheme",
    "service.beta.kubernetes.io/aws-load-balancer-internal",
)
_LABELS = "https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/"


def _rules(resource: Resource, *keys: str) -> set[str]:
    return {one for rule in resource.items("rules") for key in keys for one in items(rule, key) if isinstance(one, str)}


def _secrets_by_name(resource: Resource) -> bool:
    """Return whether a role reads Secrets by their names; a Role need not, within its namespace, for a listed reason."""
    listed: dict[str, str] = resource.parameters["whole_namespace"]
    if resource.type.endswith(":Role") and given(listed.get(resource.name)):
        return True
    for rule in resource.items("rules"):
        reads = {"get", "list", "watch", "*"} & {v for v in items(rule, "verbs") if isinstance(v, str)}
        if (
            "secrets" in items(rule, "resources")
            and reads
            and not (given(get(rule, "resourceNames")) and "list" not in reads)
        ):
            return False
    return True


def _annotations(resource: Resource) -> dict[str, Any]:
    found = resource.get("metadata", "annotations")
    return found if isinstance(found, dict) else {}


def _internal(resource: Resource) -> bool:
    kind, annotations = resource.get("spec", "type"), _annotations(resource)
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
    certificate = "alb.ingress.kubernetes.io/certificate-arn"
    return UNKNOWN in (resource.get("spec", "tls"), resource.get("metadata", "annotations")) or (
        given(resource.get("spec", "tls")) or given(_annotations(resource).get(certificate))
    )


def _ingress_internal(resource: Resource) -> bool:
    annotations = _annotations(resource)
    if not any(key.startswith("alb.ingress.kubernetes.io/") for key in annotations):
        return True
    return among(annotations.get("alb.ingress.kubernetes.io/scheme"), "internal")


def _named(resource: Resource) -> bool:
    namespace = resource.get("metadata", "namespace")
    return given(namespace) and namespace != "default"


def _enforced(resource: Resource) -> bool:
    level = resource.get("metadata", "labels", "pod-security.kubernetes.io/enforce")
    looser: dict[str, str] = resource.parameters["looser"]
    return among(level, "restricted") or (
        level in ("baseline", "privileged") and given(looser.get(str(resource.get("metadata", "name"))))
    )


def _closed(resource: Resource) -> bool:
    """No ingress rule of a policy lets in everybody: an empty `from`, or the whole internet."""
    for rule in resource.items("spec", "ingress"):
        peers = get(rule, "from")
        if rule is UNKNOWN or peers is UNKNOWN:
            continue
        if not peers or any(
            get(peer, "ipBlock", "cidr") in ("0.0.0.0/0", "::/0") and not get(peer, "ipBlock", "except")
            for peer in peers
        ):
            return False
    return True


def _labelled(resource: Resource) -> bool:
    labels = resource.get("metadata", "labels")
    return labels is UNKNOWN or all(given(get(labels, label)) for label in resource.parameters["labels"])


def _stable(resource: Resource) -> bool:
    version = resource.type.removeprefix("kubernetes:").split(":")[0].rpartition("/")[2]
    group = resource.type.removeprefix("kubernetes:").rpartition("/")[0]
    # what is not built in, a custom resource, has the version its controller gives it
    built_in = "." not in group or group.endswith(".k8s.io")
    return not (built_in and group not in resource.parameters["groups"] and ("alpha" in version or "beta" in version))


RULES = (
    Rule(
        "k8s-rbac-star", "high", "an RBAC role has no wildcard", "name groups, resources and verbs", "privilege", _ROLES,
        lambda s: "*" not in _rules(s, "apiGroups", "resources", "verbs"), refs="CIS EKS 4.1.3, CKV_K8S_49", link=_RBAC,
    ),
    Rule(
        "k8s-rbac-escalate", "critical", "an RBAC role does not allow privilege escalation (bind, escalate, impersonate)", "leave out bind, escalate and impersonate", "privilege", _ROLES,
        lambda s: not {"bind", "escalate", "impersonate"} & _rules(s, "verbs"), refs="CIS EKS 4.1.8, CKV_K8S_158", link=_RBAC,
    ),
    Rule(
        "k8s-rbac-secrets", "high", "an RBAC role reads Secrets only by name",
        "give resourceNames, and leave out list and watch, or list a Role with the reason under the parameter `whole_namespace`", "secrets", _ROLES, _secrets_by_name,
        refs="CIS EKS 4.1.2", link=_RBAC, parameters={"whole_namespace": {}},
    ),
    Rule(
        "k8s-rbac-admin", "critical", "nothing is bound to cluster-admin", "bind a role that names what is needed", "privilege", _BINDINGS,
        lambda s: s.get("roleRef", "name") != "cluster-admin", refs="CIS EKS 4.1.1", link=_RBAC,
    ),
    Rule(
        "k8s-sa-automount", "medium", "a service account's token is not mounted automatically", "set automountServiceAccountToken to false", "identity",
        "kubernetes:core/v1:ServiceAccount", lambda s: among(s.get("automountServiceAccountToken"), False), refs="CIS EKS 4.1.6, CKV_K8S_38",
        link="https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/",
    ),
    Rule(
        "k8s-default-ns", "low", "an object has a namespace other than default", "set metadata.namespace", "boundary", _NAMESPACED, _named,
        refs="CIS EKS 4.5.3, CKV_K8S_21", link="https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/",
    ),
    Rule(
        "k8s-ns-pss-label", "high", "a namespace enforces the restricted Pod Security Standard",
        "label it pod-security.kubernetes.io/enforce: restricted, or list it with the reason under the parameter `looser`", "privilege",
        "kubernetes:core/v1:Namespace", _enforced, refs="PSS restricted, CIS EKS 4.2.1", parameters={"looser": {}},
    ),
    Rule(
        "k8s-netpol-open", "medium", "a network policy's ingress names its sources", "give `from` pods, namespaces or CIDR ranges", "boundary",
        "kubernetes:networking.k8s.io/v1:NetworkPolicy", _closed, refs="CIS EKS 4.3.2", link="https://kubernetes.io/docs/concepts/services-networking/network-policies/",
    ),
    Rule(
        "k8s-service-public", "high", "a Service is not exposed to the internet", "use ClusterIP, or annotate the load balancer as internal", "boundary",
        "kubernetes:core/v1:Service", _internal, refs="CIS EKS 5.4.5", link="https://docs.aws.amazon.com/eks/latest/userguide/network-load-balancing.html",
    ),
    Rule(
        "k8s-external-ips", "high", "a Service has no external IPs", "leave externalIPs out (CVE-2020-8554)", "boundary",
        "kubernetes:core/v1:Service", lambda s: s.get("spec", "externalIPs") is UNKNOWN or not given(s.get("spec", "externalIPs")),
        refs="kube-score service-externalips", link="https://github.com/kubernetes/kubernetes/issues/97076",
    ),
    Rule(
        "k8s-ingress-tls", "high", "an Ingress uses TLS", "set tls, or alb.ingress.kubernetes.io/certificate-arn", "in-transit",
        "kubernetes:networking.k8s.io/v1:Ingress", _ingress_tls, refs="CIS EKS 5.4.5", link="https://kubernetes.io/docs/concepts/services-networking/ingress/#tls",
    ),
    Rule(
        "k8s-ingress-internal", "high", "an Ingress's load balancer is internal", "set alb.ingress.kubernetes.io/scheme to internal", "boundary",
        "kubernetes:networking.k8s.io/v1:Ingress", _ingress_internal, link="https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/",
    ),
    Rule(
        "k8s-labels", "low", "an object has the recommended labels (app.kubernetes.io/...)", "set the labels that the parameter `labels` names", "configuration", _NAMESPACED, _labelled,
        link=_LABELS, parameters={"labels": []},
    ),
    Rule(
        "k8s-api-version", "medium", "an object uses a stable API version, not alpha or beta", "use the stable version of the API", "configuration", r"kubernetes:.+/v\d+(alpha|beta)\d+:.+", _stable,
        link="https://kubernetes.io/docs/reference/using-api/deprecation-guide/", parameters={"groups": ["elbv2.k8s.aws"]},
    ),
)  # fmt: skip
