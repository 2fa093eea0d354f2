"""Objects in the form that the API server gives back, so that two spellings of one thing are no difference.

pulumi-kubernetes, provider/pkg/clients/unstructured.go: built-in kinds go through Go's types and back, which writes
quantities anew and leaves out what is zero and optional; a Secret's stringData become data.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any

from ..quantities import canonical
from ..wire import has_unknown

# provider/pkg/kinds/kinds.go, KnownGroupVersions: groups without a dot, and these.
_KNOWN_DOMAINS = (".k8s.io",)
_CUSTOM = ("gateway.networking.k8s.io", "snapshot.storage.k8s.io", "secrets-store.csi.x-k8s.io", "metrics.k8s.io")
# Where keys are names of the user's own, each value of which counts.
_MAPS = ("labels", "annotations", "matchLabels", "nodeSelector", "data", "stringData", "binaryData", "parameters")
_QUANTITIES = (
    *("limits", "requests", "capacity", "hard", "overhead", "default", "defaultRequest", "max", "min"),
    "maxLimitRequestRatio",
)
_QUANTITY_FIELDS = ("sizeLimit", "averageValue", "divisor")
# api/*/types.go: fields that are no pointers and `omitempty`, so that false, 0 and none are the same.
_OPTIONAL = frozenset(
    {
        *("hostNetwork", "hostPID", "hostIPC", "stdin", "stdinOnce", "tty", "readOnly", "paused", "unschedulable"),
        *("publishNotReadyAddresses", "globalDefault", "minReadySeconds", "hostPort", "nodePort"),
        *("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"),
        "healthCheckNodePort",
    }
)
# Texts that are pointers: an empty one says something.
_POINTERS = frozenset({"storageClassName", "ingressClassName", "runtimeClassName", "serviceAccountName"})
_SERVERS_OWN = (
    *("creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "generation", "managedFields"),
    *("resourceVersion", "uid"),
)


def normalized(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object as the server would write it; one with unknown values, or of a custom kind, nearly as it is."""
    made = dict(item)
    if not has_unknown(made) and is_built_in(str(made.get("apiVersion"))):
        made = _BY_KIND.get(str(made.get("kind")), _typed)(made)
    if isinstance(made.get("metadata"), Mapping):
        made["metadata"] = {key: value for key, value in made["metadata"].items() if key not in _SERVERS_OWN}
    return made


def is_built_in(api_version: str) -> bool:
    """Return whether Kubernetes itself has the version of a kind."""
    group = api_version.rpartition("/")[0]
    return "." not in group or (group.endswith(_KNOWN_DOMAINS) and group not in _CUSTOM)


def _plain(value: Any, name: str) -> Any:
    if name in _QUANTITIES and isinstance(value, Mapping):
        return {key: canonical(each) if not isinstance(each, Mapping) else each for key, each in value.items()}
    if isinstance(value, Mapping):
        kept = {key: _plain(each, key) for key, each in value.items() if each is not None}
        return kept if name in _MAPS else {key: each for key, each in kept.items() if not _is_left_out(key, each)}
    if isinstance(value, list):
        return [_plain(each, "") for each in value]
    return canonical(value) if name in _QUANTITY_FIELDS and value is not None else value


def _typed(item: Mapping[str, Any]) -> dict[str, Any]:
    return dict(_plain(item, ""))


def _is_left_out(key: str, value: Any) -> bool:
    """Return whether Go leaves a field out: an empty list, map or text, or a zero that is no pointer."""
    if value == "":
        return key not in _POINTERS
    if value == []:
        return True
    if value == {}:
        return key in _MAPS or key in _QUANTITIES
    return key in _OPTIONAL and (value is False or value == 0)


def _secret(item: Mapping[str, Any]) -> dict[str, Any]:
    made = {key: value for key, value in item.items() if value is not None}
    texts = made.get("stringData")
    if isinstance(texts, Mapping) and texts:
        made.pop("stringData")
        encoded = {key: base64.b64encode(str(text).encode()).decode() for key, text in texts.items()}
        made["data"] = {**(made.get("data") or {}), **encoded}
    elif isinstance(made.get("data"), Mapping):
        made["data"] = {key: _encoded_anew(value) for key, value in made["data"].items()}
    return made


def _definition(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return a CRD, for which Go has no type at hand, without what the server drops."""
    made = {key: value for key, value in item.items() if key != "status"}
    if isinstance(made.get("spec"), Mapping) and made["spec"].get("preserveUnknownFields") is False:
        made["spec"] = {key: value for key, value in made["spec"].items() if key != "preserveUnknownFields"}
    return made


_BY_KIND: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "CustomResourceDefinition": _definition,
    "Secret": _secret,
}


def _encoded_anew(value: Any) -> Any:
    """Return base64 without the line ends that somebody's editor put into it."""
    try:
        return base64.b64encode(base64.b64decode(value, validate=False)).decode() if isinstance(value, str) else value
    except binascii.Error:
        return value


def pruned(live: Any, shape: Any) -> Any:
    """Return of what stands the part that somebody has given: the keys, and as many items, as `shape` has."""
    if isinstance(live, Mapping) and isinstance(shape, Mapping):
        return {
            key: pruned(value, shape[key]) if _alike(value, shape[key]) else value
            for key, value in live.items()
            if key in shape
        }
    if isinstance(live, list) and isinstance(shape, list):
        if not live or not shape:
            return []
        if not _alike(live[0], shape[0]):
            return live
        return [pruned(each, like) for each, like in zip(live, shape, strict=False)]
    return live


def _alike(one: Any, other: Any) -> bool:
    return isinstance(one, Mapping) == isinstance(other, Mapping) and isinstance(one, list) == isinstance(other, list)
