"""Kubernetes: fields whose values the API server's own validation refuses, which the schemas leave open.

Each sentence is the server's: pkg/apis/*/validation/validation.go of Kubernetes, at the version that `tools/kubernetes`
pins.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ..closest import did_you_mean
from ..quantities import amount
from ..wire import UNKNOWN, has_unknown
from .kubernetes_kinds import OBJECTS, label
from .law import Law, Refusal, ResourceOperation, get, items

_VALIDATION = "https://github.com/kubernetes/kubernetes/blob/v1.35.0/pkg/apis/"
_PATHS = ("Exact", "Prefix", "ImplementationSpecific")
_ACCESS = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")
# Field -> the only values that it takes, wherever in a built-in kind it stands.
_ENUMS: Mapping[str, tuple[str, ...]] = {
    "accessModes": _ACCESS,
    "completionMode": ("Indexed", "NonIndexed"),
    "concurrencyPolicy": ("Allow", "Forbid", "Replace"),
    "dnsPolicy": ("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"),
    "effect": ("NoExecute", "NoSchedule", "PreferNoSchedule"),
    "externalTrafficPolicy": ("Cluster", "Local"),
    "imagePullPolicy": ("Always", "IfNotPresent", "Never"),
    "internalTrafficPolicy": ("Cluster", "Local"),
    "ipFamilyPolicy": ("PreferDualStack", "RequireDualStack", "SingleStack"),
    "pathType": _PATHS,
    "persistentVolumeReclaimPolicy": ("Delete", "Recycle", "Retain"),
    "podManagementPolicy": ("OrderedReady", "Parallel"),
    "policyTypes": ("Egress", "Ingress"),
    "preemptionPolicy": ("Never", "PreemptLowerPriority"),
    "reclaimPolicy": ("Delete", "Retain"),
    "sessionAffinity": ("ClientIP", "None"),
    "terminationMessagePolicy": ("FallbackToLogsOnError", "File"),
    "volumeBindingMode": ("Immediate", "WaitForFirstConsumer"),
    "volumeMode": ("Block", "Filesystem"),
    "whenUnsatisfiable": ("DoNotSchedule", "ScheduleAnyway"),
}
_PROTOCOLS = ("SCTP", "TCP", "UDP")
_NEVER_NEGATIVE = ("replicas", "completions", "parallelism", "backoffLimit", "minReadySeconds")
# Where keys are the user's own, and no fields.
_FREE = ("annotations", "labels", "data", "stringData", "binaryData", "matchLabels", "nodeSelector", "parameters")
_QUANTITIES = ("requests", "limits", "capacity", "hard", "default", "defaultRequest", "max", "min")
_QUANTITY = ("sizeLimit", "averageValue")
_BUILT_IN = r"kubernetes:([a-z]+|[a-z.]+\.k8s\.io)/v\w+:(?!\w+(Patch|List)$)(?!CustomResourceDefinition$)\w+"
# Of what a selector's operator needs values, and of what it takes none.
_WITH_VALUES, _WITHOUT = ("In", "NotIn"), ("Exists", "DoesNotExist")


def invalid(op: ResourceOperation, path: str, value: Any, why: str, instead: str) -> Refusal:
    """Return a refusal of a value, in the server's words."""
    return Refusal("Invalid", f'{label(op)} is invalid: {path}: Invalid value: "{value}": {why}', instead)


def required(op: ResourceOperation, path: str, why: str, instead: str) -> Refusal:
    """Return a refusal for what is missing."""
    return Refusal("Invalid", f"{label(op)} is invalid: {path}: Required value{f': {why}' if why else ''}", instead)


def forbidden(op: ResourceOperation, path: str, why: str, instead: str) -> Refusal:
    """Return a refusal of what may not be there."""
    return Refusal("Invalid", f"{label(op)} is invalid: {path}: Forbidden: {why}", instead)


def unsupported(op: ResourceOperation, path: str, value: Any, supported: tuple[str, ...]) -> Refusal:
    """Return a refusal of a value that is none of a few."""
    said = ", ".join(f'"{each}"' for each in sorted(supported))
    sentence = f'{label(op)} is invalid: {path}: Unsupported value: "{value}": supported values: {said}'
    return Refusal("Invalid", sentence, did_you_mean(str(value), supported, f"write one of {said}"))


def fields(value: Any, path: str = "") -> Iterator[tuple[str, str, Any]]:
    """Yield every field of an object: its path, its name and its value."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            inner = f"{path}.{key}" if path else key
            yield inner, key, each
            if key not in _FREE:
                yield from fields(each, inner)
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from fields(each, f"{path}[{index}]")


def _values(op: ResourceOperation) -> Iterator[Refusal]:
    for path, name, value in fields(op.inputs):
        if name in _ENUMS:
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, str) and each not in (UNKNOWN, "", *_ENUMS[name]):
                    yield unsupported(op, path, each, _ENUMS[name])
        elif name == "protocol" and ".ports[" in path and value not in (UNKNOWN, None, *_PROTOCOLS):
            yield unsupported(op, path, value, _PROTOCOLS)
        elif name in _NEVER_NEGATIVE and isinstance(value, int) and value < 0:
            yield invalid(op, path, value, "must be greater than or equal to 0", "choose a number that is")


def _amounts(op: ResourceOperation) -> Iterator[Refusal]:
    for path, name, value in fields(op.inputs):
        many = name in _QUANTITIES and isinstance(value, Mapping)
        for key, written in value.items() if many else [("", value)] if name in _QUANTITY else []:
            read = amount(written) if isinstance(written, str | int | float) and written != UNKNOWN else None
            where = f"{path}.{key}" if key else path
            if isinstance(written, str) and written != UNKNOWN and read is None:
                why = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
                yield invalid(op, where, written, why, "write 500m, 1, 512Mi or 2Gi")
            elif read is not None and read < 0:
                yield invalid(op, where, written, "must be greater than or equal to 0", "leave the sign out")


def _selectors(op: ResourceOperation) -> Iterator[Refusal]:
    for path, name, value in fields(op.inputs):
        if name != "matchExpressions" or not isinstance(value, list):
            continue
        for index, each in enumerate(value):
            operator, where = get(each, "operator"), f"{path}[{index}]"
            if operator in _WITH_VALUES and get(each, "values") == []:
                why = "must be specified when `operator` is 'In' or 'NotIn'"
                yield required(op, f"{where}.values", why, "give the values")
            elif operator in _WITHOUT and items(each, "values"):
                why = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
                yield forbidden(op, f"{where}.values", why, "leave the values out")
            elif isinstance(operator, str) and operator not in (*_WITH_VALUES, *_WITHOUT, "Gt", "Lt"):
                yield invalid(op, f"{where}.operator", operator, "not a valid selector operator", "write In or Exists")


def _claim(op: ResourceOperation) -> Iterator[Refusal]:
    spec = op.inputs.get("spec")
    if not isinstance(spec, Mapping):
        return
    if not spec.get("accessModes"):
        yield required(op, "spec.accessModes", "at least 1 access mode is required", "write [ReadWriteOnce]")
    if not has_unknown(spec.get("resources", {})) and "storage" not in (get(spec, "resources", "requests") or {}):
        yield required(op, "spec.resources[storage]", "", "ask for a size: resources.requests.storage")


def _ingress(op: ResourceOperation) -> Iterator[Refusal]:
    spec = get(op.inputs, "spec")
    if isinstance(spec, Mapping) and not spec.get("rules") and not spec.get("defaultBackend"):
        yield invalid(op, "spec", "", "either `defaultBackend` or `rules` must be specified", "give a rule")
    for number, rule in enumerate(items(spec, "rules")):
        for index, path in enumerate(items(rule, "http", "paths")):
            where = f"spec.rules[{number}].http.paths[{index}]"
            text, kind = get(path, "path"), get(path, "pathType")
            if kind in ("Exact", "Prefix") and isinstance(text, str) and not text.startswith("/"):
                yield invalid(op, f"{where}.path", text, "must be an absolute path", "begin it with /")
            port = get(path, "backend", "service", "port")
            if isinstance(port, Mapping) and port.get("name") and port.get("number"):
                yield invalid(
                    op, f"{where}.backend", "", "cannot set both port name & port number", "keep one of the two"
                )


_TLS = ("tls.crt", "tls.key")
_KEYS_OF_TYPES: Mapping[str, tuple[str, ...]] = {
    "kubernetes.io/tls": _TLS,
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
}


def _secret(op: ResourceOperation) -> Iterator[Refusal]:
    if UNKNOWN in (op.inputs.get("data"), op.inputs.get("stringData")):
        return
    given = {**(get(op.inputs, "data") or {}), **(get(op.inputs, "stringData") or {})}
    for key in _KEYS_OF_TYPES.get(op.text("type"), ()):
        if key not in given:
            yield required(op, f"data[{key}]", "", f"a Secret of this type holds {key}")


_HIGHEST = 1_000_000_000  # scheduling.HighestUserDefinablePriority


def _priority(op: ResourceOperation) -> Iterator[Refusal]:
    value = op.get("value")
    if isinstance(value, int) and value > _HIGHEST and not op.text("metadata", "name").startswith("system-"):
        why = f"maximum allowed value of a user defined priority is {_HIGHEST}"
        yield forbidden(op, "value", why, "choose a smaller number")


def _definition(op: ResourceOperation) -> Iterator[Refusal]:
    name, plural, group = op.text("metadata", "name"), op.text("spec", "names", "plural"), op.text("spec", "group")
    if name and plural and group and name != f"{plural}.{group}":
        why = 'must be spec.names.plural+"."+spec.group'
        yield invalid(op, "metadata.name", name, why, f"name it {plural}.{group}")


_CRON_NAME = 52  # apimachineryvalidation.DNS1035LabelMaxLength less what a Job's name adds


def _cron_name(op: ResourceOperation) -> Iterator[Refusal]:
    name = op.text("metadata", "name")
    if len(name) > _CRON_NAME:
        yield invalid(op, "metadata.name", name, f"must be no more than {_CRON_NAME} characters", "shorten it")


def _image(op: ResourceOperation) -> Iterator[Refusal]:
    for path, name, value in fields(op.inputs):
        if name in ("containers", "initContainers") and isinstance(value, list):
            for index, container in enumerate(value):
                if isinstance(container, Mapping) and not container.get("image"):
                    yield required(op, f"{path}[{index}].image", "", "say which image it runs")
        elif name == "volumeMounts" and isinstance(value, list):
            paths = [get(mount, "mountPath") for mount in value]
            for twice in sorted({each for each in paths if isinstance(each, str) and paths.count(each) > 1}):
                yield invalid(op, path, twice, "must be unique", "mount each volume at a path of its own")


_FIXED_IN_PLACE: Mapping[str, tuple[tuple[str, str], ...]] = {
    "PriorityClass": (
        ("value", "may not be changed in an update."),
        ("preemptionPolicy", "field is immutable"),
    ),
    "StorageClass": (
        ("reclaimPolicy", "updates to reclaimPolicy are forbidden."),
        ("volumeBindingMode", "field is immutable"),
    ),
}
# What the server fills in, so that leaving it out or writing it is no change.
_DEFAULTS = {"reclaimPolicy": "Delete", "volumeBindingMode": "Immediate", "preemptionPolicy": "PreemptLowerPriority"}


def _in_place(op: ResourceOperation) -> Iterator[Refusal]:
    """What the provider plans as an update, and the server refuses: pulumi-kubernetes replaces for less."""
    olds = op.old.inputs if op.old is not None else op.inputs
    for name, why in _FIXED_IN_PLACE[op.cls]:
        before, now = (each.get(name, _DEFAULTS.get(name)) for each in (olds, op.inputs))
        if UNKNOWN not in (before, now) and before != now:
            yield forbidden(op, name, why, "make one of another name, or replace it: replace_on_changes, --replace")


def _docs(page: str) -> str:
    return f"{_VALIDATION}{page}/validation/validation.go"


_CORE = _docs("core")
LAWS = (
    Law("kubernetes-enum", "values that are one of a few", _CORE, _BUILT_IN, _values),
    Law("kubernetes-quantity", "amounts that can be read", _CORE, _BUILT_IN, _amounts),
    Law("kubernetes-label-selector", "operators of a selector", _CORE, OBJECTS, _selectors),
    Law("kubernetes-image", "containers have an image", _CORE, _BUILT_IN, _image),
    Law("kubernetes-claim", "a claim says how much", _CORE, r"kubernetes:core/v1:PersistentVolumeClaim", _claim),
    Law("kubernetes-secret-type", "keys of a Secret's type", _CORE, r"kubernetes:core/v1:Secret", _secret),
    Law(
        "kubernetes-ingress",
        "rules of an Ingress",
        _docs("networking"),
        r"kubernetes:networking.k8s.io/v1:Ingress",
        _ingress,
    ),
    Law(
        "kubernetes-priority",
        "priorities below the system's",
        _docs("scheduling"),
        r"kubernetes:scheduling.k8s.io/v1:PriorityClass",
        _priority,
    ),
    Law(
        "kubernetes-definition-name",
        "a CRD's name",
        "https://github.com/kubernetes/apiextensions-apiserver/blob/v0.35.0/pkg/apis/apiextensions/validation/validation.go",
        r"kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition",
        _definition,
    ),
    Law("kubernetes-cron-name", "a CronJob's name", _docs("batch"), r"kubernetes:batch/v1:CronJob", _cron_name),
    Law(
        "kubernetes-in-place",
        "what neither an update nor a replacement of the provider's own changes",
        _docs("storage"),
        r"kubernetes:(storage.k8s.io/v1:StorageClass|scheduling.k8s.io/v1:PriorityClass)",
        _in_place,
        operations=("update",),
    ),
)
