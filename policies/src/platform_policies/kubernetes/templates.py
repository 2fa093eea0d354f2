"""Pod templates, wherever they stand: in workloads, in lists and patches of them, and inside custom resources."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..kit.reading import UNKNOWN, get, items
from ..kit.rule import Resource

_GROUPS = r"(core|apps|batch|extensions)/v\w+"
_KIND = r"(Pod|PodTemplate|ReplicationController|Deployment|StatefulSet|DaemonSet|ReplicaSet|Job|CronJob)"
_BUILT_IN = rf"{_GROUPS}:{_KIND}(Patch)?"
# a group with a dot is a controller's own, unless it is Kubernetes's (k8s.io; x-k8s.io is of its projects)
CUSTOM = r"(?!helm\.sh/)(?![\w.-]*(?<!x-)k8s\.io/)[\w-]+(\.[\w-]+)+/v\w+:\w+"
PODS = rf"kubernetes:({_BUILT_IN}|{CUSTOM})"
"""Types of what may hold pod templates."""
WORKLOADS = rf"kubernetes:{_GROUPS}:{_KIND}"
"""Types of what runs pods, each a namespaced object of its own."""
SERVING = r"kubernetes:(apps|extensions)/v\w+:(Deployment|StatefulSet|DaemonSet)"

_CONTAINERS = ("containers", "initContainers", "ephemeralContainers")
# other lists of containers, by the field's name: Tekton's steps and sidecars, Argo's and others' side cars
_OTHERS = ("steps", "sidecars", "sidecarContainers", "extraContainers", "additionalContainers")
_SINGLE = ("container", "script")
_TEMPLATE = re.compile(r"(?i)template")
# a field of pods that no other object has under this name; where one stands, the rest is a pod's as well
_OF_PODS = ("hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace", "podSecurityContext")


@dataclass(frozen=True)
class Template:
    """A pod's specification, the metadata beside it, and whether a controller makes pods of it as it stands.

    What is not whole is merged into something else, a patch or a custom resource's additions to a pod: it is judged by
    what it says, not by what it leaves out.
    """

    spec: dict[str, Any]
    metadata: Any
    whole: bool

    @property
    def containers(self) -> list[Any]:
        """Return all containers of the pod, as far as they are known."""
        lists = [c for key in (*_CONTAINERS, *_OTHERS) for c in items(self.spec, key)]
        single = [self.spec.get(key) for key in _SINGLE]
        return [one for one in (*lists, *single) if isinstance(one, dict)]

    @property
    def main(self) -> list[Any]:
        """Return the containers that run for as long as the pod does."""
        return [one for one in items(self.spec, "containers") if isinstance(one, dict)]

    @property
    def windows(self) -> bool:
        """Return whether the pod runs on Windows, where these fields of Linux may not be set."""
        return get(self.spec, "os", "name") in ("windows", UNKNOWN)

    @property
    def mapped(self) -> bool:
        """Return whether its users are not the node's (a user namespace of its own)."""
        return get(self.spec, "hostUsers") in (False, UNKNOWN)


def templates(resource: Resource) -> list[Template]:
    """Return all pod templates of an object."""
    if "templates" not in resource.memo:
        resource.memo["templates"] = list(templates_of(resource.type, resource.props))
    found: list[Template] = resource.memo["templates"]
    return found


def templates_of(resource_type: str, props: Any) -> Iterator[Template]:
    """Yield all pod templates of an object of this type."""
    kind = resource_type.rpartition(":")[2]
    built_in = re.fullmatch(rf"kubernetes:{_BUILT_IN}", resource_type) is not None
    if built_in or re.fullmatch(rf"kubernetes:{CUSTOM}", resource_type):
        yield from _within(props, (), None, built_in, kind.endswith("Patch"))


def _within(value: Any, path: tuple[str, ...], beside: Any, built_in: bool, patch: bool) -> Iterator[Template]:
    if isinstance(value, list):
        for item in value:
            yield from _within(item, path, None, built_in, patch)
    if not isinstance(value, dict):
        return
    if _is_pod(value, path, built_in):
        templated = any(_TEMPLATE.search(step) for step in path) and _has_images(value)
        yield Template(value, beside, not patch and "containers" in value and (built_in or templated))
    for key, item in value.items():
        yield from _within(item, (*path, key), value.get("metadata"), built_in, patch)


def _is_pod(value: dict[str, Any], path: tuple[str, ...], built_in: bool) -> bool:
    if any(isinstance(value.get(key), list) or value.get(key) is UNKNOWN for key in _CONTAINERS):
        return True
    if built_in:  # a patch may name no container at all
        return path[-1:] == ("spec",) and not {"template", "jobTemplate", "selector"} & set(value)
    return (
        any(key in value for key in _OF_PODS)
        or any(isinstance(one, dict) and "image" in one for key in _OTHERS for one in items(value, key))
        or any("image" in value[key] for key in _SINGLE if isinstance(value.get(key), dict))
        or any(isinstance(get(volume, "hostPath"), dict) for volume in items(value, "volumes"))
    )


def _has_images(value: dict[str, Any]) -> bool:
    return all(get(container, "image") is not None for container in items(value, "containers"))
