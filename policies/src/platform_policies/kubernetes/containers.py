"""What scanners and this house ask of pods beyond the Pod Security Standards: images, resources, probes, accounts."""

import re
from collections.abc import Callable
from typing import Any

from ..kit.reading import UNKNOWN, among, get, given, items, off
from ..kit.rule import Resource, Rule
from .judging import each, effective, pods, required
from .templates import PODS, SERVING, Template, templates

_TAGGED = re.compile(r".+(:[^/:]+|@sha256:[0-9a-f]{64})")
_DIGEST = re.compile(r".+@sha256:[0-9a-f]{64}")
# registries that nobody can answer for: an address, a name that only one network has, a tunnel, images of anybody that
# end by themselves (ttl.sh), and those that were given up (k8s.gcr.io in 2023, docker.pkg.github.com in 2021)
_UNTRUSTED = re.compile(
    r"(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:]+\]|localhost|[\w-]+(?=:\d+/)|ttl\.sh|k8s\.gcr\.io|"
    r"docker\.pkg\.github\.com|[\w.-]+\.(ngrok\.io|ngrok-free\.app|trycloudflare\.com|serveo\.net|loca\.lt))(:\d+)?/.+"
)
# programs that hand a cluster to whoever reaches them, and have no support: Helm 2's Tiller, the dashboard of old
_RETIRED = re.compile(r"(.*/)?(tiller|kubernetes-dashboard(-\w+)?)([:@].*)?")
_CONFIGURE = "https://kubernetes.io/docs/tasks/configure-pod-container"
_PROBES = f"{_CONFIGURE}/configure-liveness-readiness-startup-probes/"
# a node's agent, which a DaemonSet runs, is on every node by its nature
CHOOSING = rf"(?!.*:DaemonSet){PODS}"
_IMAGES = "https://kubernetes.io/docs/concepts/containers/images/"


def _high(key: str) -> Callable[[Resource], bool]:
    def holds(resource: Resource) -> bool:
        least = resource.parameters["least"]
        judge = effective(key, lambda value: value is UNKNOWN or value is None or value >= least)
        return all(judge(template) for template in templates(resource))

    return holds


def _image(holds: Callable[[str], bool]) -> Callable[[Template], bool]:
    def judge(template: Template) -> bool:
        named = [get(container, "image") for container in template.containers]
        return all(
            holds(image) if isinstance(image, str) else image is UNKNOWN or (image is None and not template.whole)
            for image in named
        )

    return judge


def _tagged(image: str) -> bool:
    return bool(_TAGGED.fullmatch(image)) and not image.endswith(":latest")


def _registry(resource: Resource) -> bool:
    allowed: list[str] = resource.parameters["registries"]
    return all(
        not isinstance(image := get(container, "image"), str)
        or (image.startswith(tuple(allowed)) if allowed else not _UNTRUSTED.fullmatch(image))
        for template in templates(resource)
        for container in template.containers
    )


def _named(*path: str) -> Callable[[Any], bool]:
    return lambda container: given(get(container, "resources", *path))


def _storage(container: Any) -> bool:
    return all(_named(kind, "ephemeral-storage")(container) for kind in ("requests", "limits"))


def _limited(container: Any) -> bool:
    wanted = (("requests", "cpu"), ("requests", "memory"), ("limits", "memory"))
    return all(given(get(container, "resources", *path)) for path in wanted)


def _alive(template: Template) -> bool:
    return all(given(get(container, "livenessProbe")) for container in template.main)


def _ready(template: Template) -> bool:
    called = [container for container in template.main if given(get(container, "ports"))]
    return all(given(get(container, "readinessProbe")) for container in called)


def _different(container: Any) -> bool:
    alive, ready = (get(container, key) for key in ("livenessProbe", "readinessProbe"))
    if not (isinstance(alive, dict) and isinstance(ready, dict)) or UNKNOWN in (*alive.values(), *ready.values()):
        return True
    # the same question is no harm where life is lost later than readiness
    patience = [(get(p, "failureThreshold") or 3) * (get(p, "periodSeconds") or 10) for p in (alive, ready)]
    asked = [{key: probe.get(key) for key in ("httpGet", "exec", "tcpSocket", "grpc")} for probe in (alive, ready)]
    return asked[0] != asked[1] or bool(patience[0] > patience[1])


def _bounded(template: Template) -> bool:
    return all(
        get(volume, "emptyDir") is None
        or get(volume, "emptyDir") is UNKNOWN
        or given(get(volume, "emptyDir", "sizeLimit"))
        for volume in items(template.spec, "volumes")
    )


def _own_account(template: Template) -> bool:
    name = get(template.spec, "serviceAccountName")
    return name not in (None, "", "default") or (name is None and not template.whole)


def _no_token(template: Template) -> bool:
    mounted = get(template.spec, "automountServiceAccountToken")
    return among(mounted, False) or (mounted is None and not template.whole)


def _choosy(template: Template) -> bool:
    """Return whether a pod does not run wherever it can: a toleration without a key stands for every taint."""
    return all(
        one is UNKNOWN or given(get(one, "key")) or get(one, "operator") != "Exists"
        for one in items(template.spec, "tolerations")
    )


def _names_once(container: Any) -> bool:
    names = [name for one in items(container, "env") if isinstance(name := get(one, "name"), str)]
    return len(names) == len(set(names))


RULES = (
    Rule(
        "k8s-uid", "low", "a container's user ID (UID) is `least` or more, so that it is none of the node's", "set runAsUser to `least` or more", "privilege", PODS, _high("runAsUser"),
        refs="CKV_K8S_40", parameters={"least": 10000}, link="https://kubesec.io/basics/containers-securitycontext-runasuser/",
    ),
    Rule(
        "k8s-gid", "low", "a container's group ID (GID) is `least` or more, so that it is none of the node's", "set runAsGroup to `least` or more", "privilege", PODS, _high("runAsGroup"),
        refs="kube-score container-security-context-user-group-id", parameters={"least": 10000}, link=f"{_CONFIGURE}/security-context/",
    ),
    Rule(
        "k8s-readonly-root", "high", "a container's root filesystem is read-only", "set readOnlyRootFilesystem, and mount a volume where it writes", "configuration", PODS,
        required("securityContext", "readOnlyRootFilesystem", value=True), refs="CKV_K8S_22, kube-score container-security-context-readonlyrootfilesystem", link=f"{_CONFIGURE}/security-context/",
    ),
    Rule(
        "k8s-image", "high", "a container image has a tag other than latest, or a digest", "name a version or a digest: latest is another image tomorrow", "configuration", PODS,
        pods(_image(_tagged)), refs="CKV_K8S_14, kube-score container-image-tag", link=_IMAGES,
    ),
    Rule(
        "k8s-image-digest", "medium", "a container image is pinned by its digest", "append @sha256:...; whoever owns the tag can move it to another image", "configuration", PODS,
        pods(_image(lambda image: bool(_DIGEST.fullmatch(image)))), refs="CKV_K8S_43", link=_IMAGES, level="advisory",
    ),
    Rule(
        "k8s-image-registry", "high", "a container image comes from a registry that somebody answers for", "pull from a registry with a public name, and list your own under the parameter `registries`: then no other will do", "configuration", PODS,
        _registry, refs="CIS EKS 5.1.4", link=_IMAGES, parameters={"registries": []},
    ),
    Rule(
        "k8s-retired", "critical", "neither Tiller nor the old dashboard runs in the cluster", "use Helm 3, and kubectl", "patching", PODS,
        each(lambda c: not _RETIRED.fullmatch(str(get(c, "image")))), refs="CKV_K8S_33, CKV_K8S_34", link="https://helm.sh/docs/faq/changes_since_helm2/#removal-of-tiller",
    ),
    Rule(
        "k8s-resources", "medium", "a container has CPU and memory requests and a memory limit", "set them under resources", "availability",
        PODS, each(_limited, whole=True), refs="CKV_K8S_10, CKV_K8S_12, CKV_K8S_13, kube-score container-resources", link="https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
    ),
    Rule(
        "k8s-empty-dir", "low", "every emptyDir volume has a size limit", "set sizeLimit on every emptyDir", "availability", PODS, pods(_bounded),
        refs="kube-score container-ephemeral-storage-request-and-limit", link="https://kubernetes.io/docs/concepts/storage/volumes/#emptydir",
    ),
    Rule(
        "k8s-liveness", "medium", "a container has a liveness probe", "set livenessProbe", "availability", SERVING, pods(_alive, whole=True), refs="CKV_K8S_8, kube-score pod-probes", link=_PROBES,
    ),
    Rule(
        "k8s-readiness", "medium", "a container has a readiness probe", "set readinessProbe", "availability", SERVING, pods(_ready, whole=True), refs="CKV_K8S_9, kube-score pod-probes", link=_PROBES,
    ),
    Rule(
        "k8s-probes-differ", "low", "the liveness probe differs from the readiness probe, so that a busy container is not restarted", "give the liveness probe another endpoint, or a higher failure threshold, than the readiness probe", "availability",
        SERVING, each(_different), refs="kube-score pod-probes-identical", link=_PROBES,
    ),
    Rule(
        "k8s-sa-token", "medium", "a pod's service account token is not mounted automatically", "set automountServiceAccountToken to false, where the pod does not call the Kubernetes API", "identity", PODS,
        pods(_no_token), refs="CIS EKS 4.1.6, CKV_K8S_38", link=f"{_CONFIGURE}/configure-service-account/",
    ),
    Rule(
        "k8s-sa-own", "medium", "a pod has a service account of its own, not the default one", "set serviceAccountName", "identity", PODS, pods(_own_account), refs="CIS EKS 4.1.5, CKV_K8S_41",
        link=f"{_CONFIGURE}/configure-service-account/",
    ),
    Rule(
        "k8s-cpu-limit", "low", "a container has a CPU limit", "set a cpu limit, where its neighbours on the node must not wait", "availability", PODS,
        each(_named("limits", "cpu"), whole=True), refs="CKV_K8S_11, kube-score container-resources", level="advisory",
        link="https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
    ),
    Rule(
        "k8s-ephemeral-storage", "low", "a container has ephemeral-storage requests and limits", "set them under resources", "availability", PODS,
        each(_storage, whole=True), refs="kube-score container-ephemeral-storage-request-and-limit", level="advisory",
        link="https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#local-ephemeral-storage",
    ),
    Rule(
        "k8s-pull-policy", "low", "a container's image pull policy is Always, so that credentials are checked at each start", "set imagePullPolicy to Always", "identity", PODS,
        each(lambda c: among(get(c, "imagePullPolicy"), "Always"), whole=True), refs="CKV_K8S_15, kube-score container-image-pull-policy", level="advisory",
        link="https://kubernetes.io/docs/concepts/containers/images/#image-pull-policy",
    ),
    Rule(
        "k8s-share-process", "medium", "a pod's containers do not see each other's processes", "leave shareProcessNamespace off", "boundary", PODS,
        pods(lambda t: off(get(t.spec, "shareProcessNamespace"))), link=f"{_CONFIGURE}/share-process-namespace/",
    ),
    Rule(
        "k8s-tolerate-all", "medium", "a pod tolerates named taints, not every one", "name the taint's key in each toleration", "boundary", CHOOSING, pods(_choosy),
        link="https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/",
    ),
    Rule(
        "k8s-env-once", "low", "a container has each environment variable once", "leave out the one that does not count", "configuration", PODS, each(_names_once),
        refs="kube-score environment-variable-key-duplication", link="https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-container/",
    ),
)  # fmt: skip
