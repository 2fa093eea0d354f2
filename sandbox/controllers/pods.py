"""What the container of a workload is told, for a process that runs in its place: arguments, variables, account.

Pure. What a pod would find by its mounts lies in folders of the process's own; what only a kubelet knows is refused.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..laws.law import get


class NotPlayedError(Exception):
    """A container takes something from where no process here can; the text says what."""


@dataclass(frozen=True)
class Told:
    """A workload's one container, as its process is to be started."""

    namespace: str
    account: str
    token: bool
    """Whether its pods get the account's token."""
    arguments: Sequence[str]
    environment: Mapping[str, str]
    secrets: Mapping[str, str]
    """The Secrets that it mounts, by the folder in its container."""

    @classmethod
    def of(cls, workload: Mapping[str, Any], pod: str) -> "Told":
        """Read it from a Deployment; `pod` is the name of its pod. Raises NotPlayedError."""
        namespace = workload["metadata"]["namespace"]
        spec: Mapping[str, Any] = workload["spec"]["template"]["spec"]
        (container,) = spec["containers"]
        account = str(spec.get("serviceAccountName") or "default")
        fields = {"metadata.name": pod, "metadata.namespace": namespace, "spec.serviceAccountName": account}
        return cls(
            namespace=namespace,
            account=account,
            token=spec.get("automountServiceAccountToken") is not False,
            arguments=tuple(str(each) for each in container.get("args") or ()),
            environment=dict(_variables(container, fields)),
            secrets=dict(_secrets(spec, container)),
        )

    def placed(self, folders: Mapping[str, Path]) -> list[str]:
        """Return the arguments with folders of this machine in place of the container's (`folders`, by mount)."""
        return [_placed(each, folders) for each in self.arguments]


def _variables(container: Mapping[str, Any], fields: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if container.get("envFrom"):
        raise NotPlayedError("its variables come from an object (envFrom), which is not read here")
    for each in container.get("env") or ():
        source = each.get("valueFrom")
        if source is None:
            yield each["name"], str(each.get("value") or "")
            continue
        path = get(source, "fieldRef", "fieldPath")
        if path not in fields:
            raise NotPlayedError(f"its variable {each['name']} comes from {source}, which is not read here")
        yield each["name"], fields[path]


def _secrets(spec: Mapping[str, Any], container: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    volumes = {each["name"]: each for each in spec.get("volumes") or ()}
    for mount in container.get("volumeMounts") or ():
        secret = get(volumes[mount["name"]], "secret", "secretName")
        if secret is not None:
            yield str(mount["mountPath"]).rstrip("/"), str(secret)


def _placed(argument: str, folders: Mapping[str, Path]) -> str:
    name, equals, value = argument.partition("=")
    for mount, folder in folders.items():
        if value == mount or value.startswith(f"{mount}/"):
            return f"{name}{equals}{folder}{value.removeprefix(mount)}"
    return argument
