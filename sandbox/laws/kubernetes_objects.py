"""Kubernetes: what the API server's own validation refuses, beyond the schema."""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from typing import Any

from ..quantities import amount
from ..wire import UNKNOWN
from .kubernetes_kinds import OBJECTS, label
from .law import Law, Refusal, ResourceOperation, get, items

_NAMES = "https://kubernetes.io/docs/concepts/overview/working-with-objects/names/"
_LABELS = "https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/"
_SUBDOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_SERVICE = re.compile(r"[a-z]([a-z0-9-]*[a-z0-9])?")
_QUALIFIED = re.compile(r"([a-z0-9.-]{1,253}/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?")
_VALUE = re.compile(r"([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?")
_PORT_NAME = re.compile(r"(?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*")
_ENV_NAME = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*")
# Kinds whose names are path segments, not domain names.
_FREE_NAMES = {"Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"}
_LABEL_NAMES = {"Namespace"}
_MEGABYTE = 1 << 20

WORKLOADS = r"kubernetes:(core/v1:Pod|apps/v1:(Deployment|StatefulSet|DaemonSet|ReplicaSet)|batch/v1:(Job|CronJob))"


def template(op: ResourceOperation) -> tuple[str, Mapping[str, Any]]:
    """Return the path of the pod's template in a workload, and the template."""
    paths: Mapping[str, tuple[str, ...]] = {"Pod": (), "CronJob": ("spec", "jobTemplate", "spec", "template")}
    path = paths.get(op.cls, ("spec", "template"))
    found = get(op.inputs, *path)
    return ".".join((*path, "spec")), found if isinstance(found, Mapping) else {}


def _invalid(op: ResourceOperation, path: str, value: Any, why: str, instead: str) -> Refusal:
    return Refusal("Invalid", f'{label(op)} is invalid: {path}: Invalid value: "{value}": {why}', instead)


def _metadata(op: ResourceOperation) -> Iterator[Refusal]:
    name, kind = op.text("metadata", "name"), op.text("kind") or op.cls
    pattern, most = (_LABEL, 63) if kind in _LABEL_NAMES else (_SERVICE, 63) if kind == "Service" else (_SUBDOMAIN, 253)
    if name and kind not in _FREE_NAMES and (not pattern.fullmatch(name) or len(name) > most):
        yield _invalid(
            op,
            "metadata.name",
            name,
            f"must be a lowercase RFC 1123 name of at most {most} characters",
            "use lowercase letters, digits and hyphens, a letter or digit at both ends",
        )
    template_path, pod = template(op) if re.fullmatch(WORKLOADS, op.token) else ("", {})
    places = [("metadata", get(op.inputs, "metadata"))]
    if template_path not in ("", "spec"):  # a Pod is its own template
        places.append((template_path.removesuffix("spec") + "metadata", get(pod, "metadata")))
    for path, metadata in places:
        for key, value in _pairs(get(metadata, "labels")):
            yield from _label(op, f"{path}.labels", key, value)
        for key, _ in _pairs(get(metadata, "annotations")):
            if not _QUALIFIED.fullmatch(key.lower() if "/" in key else key):
                yield _invalid(
                    op, f"{path}.annotations", key, "name part must be a qualified name", "write prefix/name"
                )


def _pairs(value: Any) -> list[tuple[str, Any]]:
    return list(value.items()) if isinstance(value, Mapping) else []


def _label(op: ResourceOperation, path: str, key: str, value: Any) -> Iterator[Refusal]:
    if not _QUALIFIED.fullmatch(key):
        yield _invalid(
            op,
            path,
            key,
            "a label's key must be a qualified name",
            "write prefix/name, the name of at most 63 characters",
        )
    if isinstance(value, str) and value != UNKNOWN and not _VALUE.fullmatch(value):
        yield _invalid(
            op,
            path,
            value,
            "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', "
            "and must start and end with an alphanumeric character, and have at most 63 characters",
            "put longer or freer text into an annotation",
        )


def _selector(op: ResourceOperation) -> Iterator[Refusal]:
    path, pod = template(op)
    labels = get(pod, "metadata", "labels") or {}
    wanted = get(op.inputs, "spec", "selector", "matchLabels")
    for key, value in _pairs(wanted):
        if value != UNKNOWN and labels.get(key) != UNKNOWN and labels.get(key) != value:
            yield _invalid(
                op,
                path.removesuffix("spec") + "metadata.labels",
                labels,
                "`selector` does not match template `labels`",
                f"give the pods the label {key}={value}",
            )
    if op.cls in ("Deployment", "StatefulSet", "DaemonSet") and wanted == {}:
        yield _invalid(
            op, "spec.selector", "{}", "empty selector is invalid for a workload", "select the pods' own labels"
        )
    policy = get(pod, "spec", "restartPolicy")
    if op.cls in ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet") and policy not in (None, "Always"):
        yield _invalid(
            op, f"{path}.restartPolicy", policy, 'Unsupported value: supported values: "Always"', "leave it out"
        )
    if op.cls in ("Job", "CronJob") and policy not in ("Never", "OnFailure") and pod:
        yield _invalid(
            op,
            f"{path}.restartPolicy",
            policy,
            'Required value: valid values: "OnFailure", "Never"',
            "set it to Never",
        )


def _strategy(op: ResourceOperation) -> Iterator[Refusal]:
    rolling = get(op.inputs, "spec", "strategy", "rollingUpdate")
    if str(get(rolling, "maxUnavailable")) in ("0", "0%") and str(get(rolling, "maxSurge")) in ("0", "0%"):
        yield _invalid(
            op,
            "spec.strategy.rollingUpdate.maxUnavailable",
            0,
            "may not be 0 when `maxSurge` is 0",
            "let one more pod start (maxSurge: 1), or one go",
        )
    if get(op.inputs, "spec", "strategy", "type") == "Recreate" and rolling is not None:
        yield _invalid(
            op,
            "spec.strategy.rollingUpdate",
            "...",
            "may not be specified when strategy `type` is 'Recreate'",
            "leave it out",
        )


def _containers(op: ResourceOperation) -> Iterator[Refusal]:
    path, pod = template(op)
    spec = get(pod, "spec") or {}
    volumes = [get(volume, "name") for volume in items(spec, "volumes")]
    claims = [get(c, "metadata", "name") for c in items(op.inputs, "spec", "volumeClaimTemplates")]
    for name in sorted({str(v) for v in volumes if v and volumes.count(v) > 1}):
        yield _invalid(op, f"{path}.volumes", name, "Duplicate value", "give each volume a name of its own")
    names: list[Any] = []
    for key in ("initContainers", "containers"):
        for index, container in enumerate(items(spec, key)):
            names.append(get(container, "name"))
            yield from _container(op, f"{path}.{key}[{index}]", container, [*volumes, *claims])
    for name in sorted({str(n) for n in names if n and names.count(n) > 1}):
        yield _invalid(op, f"{path}.containers", name, "Duplicate value", "give each container a name of its own")
    for index, constraint in enumerate(items(spec, "topologySpreadConstraints")):
        if get(constraint, "maxSkew") == 0:
            yield _invalid(
                op, f"{path}.topologySpreadConstraints[{index}].maxSkew", 0, "must be greater than zero", "use 1"
            )


def _container(op: ResourceOperation, path: str, container: Any, volumes: list[Any]) -> Iterator[Refusal]:
    name = get(container, "name")
    if isinstance(name, str) and not (_LABEL.fullmatch(name) and len(name) <= 63):  # noqa: PLR2004 # RFC 1123
        yield _invalid(
            op,
            f"{path}.name",
            name,
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-'",
            "rename it",
        )
    yield from _ports(op, path, items(container, "ports"))
    yield from _resources(op, f"{path}.resources", get(container, "resources"))
    for index, entry in enumerate(items(container, "env")):
        variable = get(entry, "name")
        if isinstance(variable, str) and not _ENV_NAME.fullmatch(variable):
            yield _invalid(
                op,
                f"{path}.env[{index}].name",
                variable,
                "a valid environment variable name must not start with a digit",
                "use letters, digits and _",
            )
        if get(entry, "value") is not None and get(entry, "valueFrom") is not None:
            yield _invalid(
                op, f"{path}.env[{index}].valueFrom", "", "may not be specified when `value` is not empty", "keep one"
            )
    for index, mount in enumerate(items(container, "volumeMounts")):
        volume = get(mount, "name")
        if isinstance(volume, str) and volume not in volumes and None not in volumes:
            yield Refusal(
                "Invalid",
                f'{label(op)} is invalid: {path}.volumeMounts[{index}].name: Not found: "{volume}"',
                "declare the volume under spec.volumes",
            )
    for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
        handlers = [key for key in ("exec", "httpGet", "tcpSocket", "grpc") if get(container, probe, key) is not None]
        if get(container, probe) is not None and len(handlers) != 1:
            yield _invalid(
                op,
                f"{path}.{probe}",
                ", ".join(handlers),
                "must specify one handler type",
                "keep one of exec, httpGet, tcpSocket and grpc",
            )
    security = get(container, "securityContext")
    if get(security, "runAsNonRoot") is True and get(security, "runAsUser") == 0:
        yield Refusal(
            "CreateContainerConfigError",
            f"{label(op)}: {path}: container's runAsUser breaks non-root policy",
            "choose a user other than 0",
        )
    if get(security, "privileged") is True and get(security, "allowPrivilegeEscalation") is False:
        yield _invalid(
            op,
            f"{path}.securityContext",
            "",
            "cannot set `allowPrivilegeEscalation` to false and `privileged` to true",
            "leave privileged off",
        )


def _ports(op: ResourceOperation, path: str, ports: list[Any]) -> Iterator[Refusal]:
    names = [get(port, "name") for port in ports]
    for index, port in enumerate(ports):
        name, number = get(port, "name"), get(port, "containerPort")
        if isinstance(name, str) and not _PORT_NAME.fullmatch(name):
            yield _invalid(
                op,
                f"{path}.ports[{index}].name",
                name,
                "must be no more than 15 characters" if len(name) > 15 else "must be an IANA service name",  # noqa: PLR2004 # RFC 6335
                "use at most 15 lowercase letters, digits and hyphens",
            )
        if isinstance(number, int) and not 1 <= number <= 65535:  # noqa: PLR2004 # TCP's
            yield _invalid(
                op,
                f"{path}.ports[{index}].containerPort",
                number,
                "must be between 1 and 65535, inclusive",
                "choose a port",
            )
    for name in sorted({str(n) for n in names if n and names.count(n) > 1}):
        yield _invalid(op, f"{path}.ports", name, "Duplicate value", "give each port a name of its own")


def _resources(op: ResourceOperation, path: str, resources: Any) -> Iterator[Refusal]:
    for group in ("requests", "limits"):
        for key, value in _pairs(get(resources, group)):
            asked = amount(value)
            if value != UNKNOWN and asked is None:
                yield _invalid(
                    op,
                    f"{path}.{group}.{key}",
                    value,
                    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
                    "write 500m, 1, 512Mi or 2Gi",
                )
            limit = amount(get(resources, "limits", key) or "")
            if group == "requests" and asked is not None and limit is not None and asked > limit:
                yield _invalid(
                    op,
                    f"{path}.requests",
                    value,
                    f"must be less than or equal to {key} limit of {get(resources, 'limits', key)}",
                    "raise the limit, or lower the request",
                )


def _service(op: ResourceOperation) -> Iterator[Refusal]:
    ports = items(op.inputs, "spec", "ports")
    names = [get(port, "name") for port in ports]
    if len(ports) > 1 and None in names:
        yield Refusal(
            "Invalid",
            f"{label(op)} is invalid: spec.ports[{names.index(None)}].name: Required value",
            "name each port where there are several",
        )
    for index, port in enumerate(ports):
        name, target = get(port, "name"), get(port, "targetPort")
        if isinstance(name, str) and not (_LABEL.fullmatch(name) and len(name) <= 63):  # noqa: PLR2004 # RFC 1123
            yield _invalid(
                op,
                f"spec.ports[{index}].name",
                name,
                "must be a DNS label",
                "use lowercase letters, digits and hyphens",
            )
        if isinstance(target, str) and target != UNKNOWN and not _PORT_NAME.fullmatch(target):
            yield _invalid(
                op,
                f"spec.ports[{index}].targetPort",
                target,
                "must be no more than 15 characters" if len(target) > 15 else "must be a port's name or number",  # noqa: PLR2004 # RFC 6335
                "give the number as a number, or the name of a container's port",
            )
    pairs = [(get(port, "port"), get(port, "protocol") or "TCP") for port in ports]
    for pair in sorted({pair for pair in pairs if pairs.count(pair) > 1}, key=str):
        yield _invalid(op, "spec.ports", f"{pair[1]} {pair[0]}", "Duplicate value", "keep one of the two ports")


def _autoscaler(op: ResourceOperation) -> Iterator[Refusal]:
    low, high = get(op.inputs, "spec", "minReplicas"), get(op.inputs, "spec", "maxReplicas")
    if isinstance(low, int) and isinstance(high, int) and high < low:
        yield _invalid(
            op,
            "spec.maxReplicas",
            high,
            "must be greater than or equal to `minReplicas`",
            "let minReplicas <= maxReplicas",
        )
    if low == 0:
        yield _invalid(
            op, "spec.minReplicas", low, "must be greater than or equal to 1", "use 1, or KEDA to go to none"
        )


def _budget(op: ResourceOperation) -> Iterator[Refusal]:
    low, high = get(op.inputs, "spec", "minAvailable"), get(op.inputs, "spec", "maxUnavailable")
    if low is not None and high is not None:
        yield _invalid(
            op, "spec", f"{low}, {high}", "minAvailable and maxUnavailable cannot be both set", "keep one of the two"
        )


def _data(op: ResourceOperation) -> Iterator[Refusal]:
    pairs = [*_pairs(op.get("data")), *_pairs(op.get("stringData")), *_pairs(op.get("binaryData"))]
    size = sum(len(str(value).encode()) for _, value in pairs)
    if size > _MEGABYTE:
        yield _invalid(
            op,
            "data",
            f"{size} bytes",
            f"Too long: may not be more than {_MEGABYTE} bytes",
            "keep large files in a bucket",
        )
    for key, _ in pairs:
        if not re.fullmatch(r"[-._a-zA-Z0-9]{1,253}", key):
            yield _invalid(
                op,
                "data",
                key,
                "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
                "rename the key",
            )
    for key, value in _pairs(op.get("data")) if op.cls == "Secret" else []:
        if isinstance(value, str) and value != UNKNOWN and not _base64(value):
            yield Refusal(
                "BadRequest", f"{label(op)}: illegal base64 data in data.{key}", "put plain text under stringData"
            )


def _base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _network_policy(op: ResourceOperation) -> Iterator[Refusal]:
    for direction, side in (("ingress", "from"), ("egress", "to")):
        for rule in items(op.inputs, "spec", direction):
            for peer in items(rule, side):
                block = get(peer, "ipBlock", "cidr")
                outer = _network(block)
                if isinstance(block, str) and outer is None:
                    yield _invalid(
                        op,
                        f"spec.{direction}.{side}.ipBlock.cidr",
                        block,
                        "must be a valid CIDR value",
                        "write 10.0.0.0/16",
                    )
                for inner in items(peer, "ipBlock", "except"):
                    hole = _network(inner)
                    if outer and hole and not (hole.version == outer.version and hole.subnet_of(outer)):
                        yield _invalid(
                            op,
                            f"spec.{direction}.{side}.ipBlock.except",
                            inner,
                            f"must be a strict subset of `cidr` {block}",
                            "name ranges inside it",
                        )


def _network(text: Any) -> Any:
    try:
        return ip_network(text)
    except (ValueError, TypeError):
        return None


_FIELD = r"(\*|\d+(-\d+)?|[A-Za-z]{3}(-[A-Za-z]{3})?)(/\d+)?"


def _cron(op: ResourceOperation) -> Iterator[Refusal]:
    schedule = get(op.inputs, "spec", "schedule")
    if isinstance(schedule, str) and not re.fullmatch(
        rf"@\w+( \S+)?|({_FIELD}(,{_FIELD})* +){{4}}{_FIELD}(,{_FIELD})*", schedule.strip()
    ):
        yield _invalid(
            op,
            "spec.schedule",
            schedule,
            "expected exactly 5 fields",
            "write minute hour day month weekday, as in 0 3 * * *",
        )


_DOCS = "https://kubernetes.io/docs/"
LAWS = (
    Law("kubernetes-metadata", "names and labels", f"{_NAMES}, {_LABELS}", OBJECTS, _metadata),
    Law(
        "kubernetes-selector",
        "a selector matches its template",
        _DOCS + "concepts/workloads/controllers/deployment/#selector",
        WORKLOADS,
        _selector,
    ),
    Law(
        "kubernetes-rollout",
        "a rollout can move",
        _DOCS + "concepts/workloads/controllers/deployment/#strategy",
        r"kubernetes:apps/v1:Deployment",
        _strategy,
    ),
    Law(
        "kubernetes-container",
        "containers of a pod",
        _DOCS + "reference/kubernetes-api/workload-resources/pod-v1/",
        WORKLOADS,
        _containers,
    ),
    Law(
        "kubernetes-service-port",
        "ports of a Service",
        _DOCS + "reference/kubernetes-api/service-resources/service-v1/",
        r"kubernetes:core/v1:Service",
        _service,
    ),
    Law(
        "kubernetes-autoscaler",
        "bounds of an autoscaler",
        _DOCS + "reference/kubernetes-api/workload-resources/horizontal-pod-autoscaler-v2/",
        r"kubernetes:autoscaling/v[12]:HorizontalPodAutoscaler",
        _autoscaler,
    ),
    Law(
        "kubernetes-disruption-budget",
        "one floor for disruptions",
        _DOCS + "tasks/run-application/configure-pdb/",
        r"kubernetes:policy/v1:PodDisruptionBudget",
        _budget,
    ),
    Law(
        "kubernetes-config-data",
        "ConfigMaps and Secrets",
        _DOCS + "concepts/configuration/",
        r"kubernetes:core/v1:(ConfigMap|Secret)",
        _data,
    ),
    Law(
        "kubernetes-network-policy",
        "ranges of a NetworkPolicy",
        _DOCS + "concepts/services-networking/network-policies/",
        r"kubernetes:networking.k8s.io/v1:NetworkPolicy",
        _network_policy,
    ),
    Law(
        "kubernetes-cron-schedule",
        "schedules of CronJobs",
        _DOCS + "concepts/workloads/controllers/cron-jobs/",
        r"kubernetes:batch/v1:CronJob",
        _cron,
    ),
)
