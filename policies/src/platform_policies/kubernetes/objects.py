"""Namespaces, volumes, webhooks, stores of secrets, and what holds for every object."""

import re
from typing import Any
from urllib.parse import urlsplit

from ..kit.reading import UNKNOWN, among, get, given, items, off
from ..kit.rule import Resource, Rule
from .pods import minor
from .templates import WORKLOADS

_NAMESPACED = (
    rf"{WORKLOADS}|kubernetes:core/v1:(ConfigMap|Secret|Service|ServiceAccount|PersistentVolumeClaim)|"
    r"kubernetes:(networking.k8s.io/v1:(Ingress|NetworkPolicy)|policy/v1:PodDisruptionBudget|autoscaling/v2:HorizontalPodAutoscaler)"
)
_LABELS = "https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/"
_WEBHOOKS = r"kubernetes:admissionregistration.k8s.io/v\w+:(Validating|Mutating)WebhookConfiguration(Patch)?"
_ADMISSION = "https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/"
_ENFORCE = "pod-security.kubernetes.io/enforce"
# the first version of the restricted standard that asks for what it asks for today
_LEAST_VERSION = 25


def _named(resource: Resource) -> bool:
    namespace = resource.get("metadata", "namespace")
    return given(namespace) and namespace != "default"


def _enforced(resource: Resource) -> bool:
    level = resource.get("metadata", "labels", _ENFORCE)
    version = resource.get("metadata", "labels", f"{_ENFORCE}-version")
    looser: dict[str, str] = resource.parameters["looser"]
    if resource.type.endswith("Patch") and level is None and version is None:
        return True
    recent = version in (None, UNKNOWN, "latest") or (
        re.fullmatch(r"v1\.\d+", str(version)) is not None and minor(version) >= _LEAST_VERSION
    )
    return recent and (
        among(level, "restricted")
        or (level in ("baseline", "privileged") and given(looser.get(str(resource.get("metadata", "name")))))
        or (level is None and resource.type.endswith("Patch"))
    )


def _labelled(resource: Resource) -> bool:
    labels = resource.get("metadata", "labels")
    return labels is UNKNOWN or all(given(get(labels, label)) for label in resource.parameters["labels"])


def _stable(resource: Resource) -> bool:
    version = resource.type.removeprefix("kubernetes:").split(":")[0].rpartition("/")[2]
    group = resource.type.removeprefix("kubernetes:").rpartition("/")[0]
    # what is not built in, a custom resource, has the version its controller gives it
    built_in = "." not in group or group.endswith(".k8s.io")
    return not (built_in and group not in resource.parameters["groups"] and ("alpha" in version or "beta" in version))


def _inside(url: Any) -> bool:
    """Return whether a webhook's URL leads to a Service of the cluster; none is none."""
    if url in (None, "", UNKNOWN):
        return True
    host = urlsplit(str(url)).hostname or ""
    return host.endswith((".svc", ".svc.cluster.local"))


def _asks_inside(resource: Resource) -> bool:
    return all(_inside(get(one, "clientConfig", "url")) for one in resource.items("webhooks"))


def _converts_inside(resource: Resource) -> bool:
    return _inside(resource.get("spec", "conversion", "webhook", "clientConfig", "url"))


def _insists(resource: Resource) -> bool:
    said = [get(one, "failurePolicy") for one in resource.items("webhooks")]
    return all(among(one, "Fail", None) for one in said)


def _for_some(resource: Resource) -> bool:
    """Return whether a store of secrets that stands for the whole cluster says which namespaces may use it."""
    conditions = resource.get("spec", "conditions")
    return conditions is UNKNOWN or (
        given(conditions)
        and all(
            one is UNKNOWN
            or given(get(one, "namespaces"))
            or given(get(one, "namespaceRegexes"))
            or given(get(one, "namespaceSelector", "matchLabels"))
            or given(get(one, "namespaceSelector", "matchExpressions"))
            for one in items(conditions)
        )
    )


RULES = (
    Rule(
        "k8s-default-ns", "low", "an object has a namespace other than default", "set metadata.namespace", "boundary", _NAMESPACED, _named,
        refs="CIS EKS 4.5.3, CKV_K8S_21", link="https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/",
    ),
    Rule(
        "k8s-ns-pss-label", "high", "a namespace enforces the restricted Pod Security Standard",
        "label it pod-security.kubernetes.io/enforce: restricted, or list it with the reason under the parameter `looser`", "privilege",
        "kubernetes:core/v1:Namespace(Patch)?", _enforced, refs="PSS restricted, CIS EKS 4.2.1", parameters={"looser": {}},
    ),
    Rule(
        "k8s-labels", "low", "an object has the recommended labels (app.kubernetes.io/...)", "set the labels that the parameter `labels` names", "configuration", _NAMESPACED, _labelled,
        link=_LABELS, parameters={"labels": []},
    ),
    Rule(
        "k8s-api-version", "medium", "an object uses a stable API version, not alpha or beta", "use the stable version of the API", "configuration", r"kubernetes:.+/v\d+(alpha|beta)\d+:.+", _stable,
        refs="kube-score stable-version", link="https://kubernetes.io/docs/reference/using-api/deprecation-guide/", parameters={"groups": ["elbv2.k8s.aws"]},
    ),
    Rule(
        "k8s-volume-host-path", "critical", "a persistent volume is no folder of a node", "use a storage class of a CSI driver", "boundary", "kubernetes:core/v1:PersistentVolume(Patch)?",
        lambda s: s.get("spec", "hostPath") in (None, UNKNOWN), refs="CIS Kubernetes 5.1.9", link="https://kubernetes.io/docs/concepts/storage/volumes/#hostpath",
    ),
    Rule(
        "k8s-webhook-outside", "critical", "an admission webhook is asked inside the cluster", "use clientConfig.service: whoever answers sees, and may change, every object", "boundary", _WEBHOOKS, _asks_inside, link=_ADMISSION,
    ),
    Rule(
        "k8s-conversion-outside", "critical", "a custom resource's versions are converted inside the cluster", "use clientConfig.service", "boundary",
        "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition(Patch)?", _converts_inside, link="https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/#webhook-conversion",
    ),
    Rule(
        "k8s-webhook-fails", "low", "an admission webhook that cannot be asked refuses", "set failurePolicy to Fail", "privilege", _WEBHOOKS, _insists, link=_ADMISSION, level="advisory",
    ),
    Rule(
        "k8s-api-tls", "high", "an aggregated API's certificate is checked", "set caBundle, and leave insecureSkipTLSVerify off", "in-transit", r"kubernetes:apiregistration.k8s.io/v\w+:APIService(Patch)?",
        lambda s: off(s.get("spec", "insecureSkipTLSVerify")), link="https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/",
    ),
    Rule(
        "k8s-store-for-all", "high", "a ClusterSecretStore says which namespaces may use it", "set spec.conditions, or use a SecretStore in the namespace", "secrets",
        r"kubernetes:external-secrets.io/v\w+:ClusterSecretStore", _for_some, link="https://external-secrets.io/latest/api/clustersecretstore/",
    ),
    Rule(
        "k8s-cron-deadline", "low", "a CronJob that could not start in time is left out", "set startingDeadlineSeconds", "availability", r"kubernetes:batch/v\w+:CronJob",
        lambda s: given(s.get("spec", "startingDeadlineSeconds")) or s.get("spec") is UNKNOWN, refs="kube-score cronjob-has-deadline",
        link="https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#starting-deadline", level="advisory",
    ),
)  # fmt: skip
