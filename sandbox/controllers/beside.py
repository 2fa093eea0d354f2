"""What the real controllers of an account's clusters share: their program, the resolver, the caches, the secrets."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..control_plane import Client, ControlPlane
from ..world import Record
from .caches import Caches
from .keda import KedaOperator, Reached
from .program import program
from .resolver import Resolver

_SECRET = "aws:secretsmanager/secret:Secret"
_VERSION = "aws:secretsmanager/secretVersion:SecretVersion"
# https://external-secrets.io/latest/provider/aws-secrets-manager: a version by its id, where others name a stage
_BY_ID = "uuid/"

Standing = Callable[..., Sequence[Record]]


class Beside:
    """The controllers of one account. `standing` gives its resources of some types. Raises ToolchainError."""

    def __init__(self, folder: Path, standing: Standing) -> None:
        self._standing = standing
        self._program = program()
        self._caches = Caches(folder, standing)
        self._resolver = Resolver(self._caches.address)

    def operator(self, client: Client, plane: ControlPlane, folder: Path) -> KedaOperator:
        """Return what keeps KEDA's operator running on a cluster, whose data is in a folder."""
        reached = Reached(self._resolver.address, self._caches.trusted)
        return KedaOperator(client, plane, folder / "keda", self._program, reached)

    def secret_value(self, reference: Mapping[str, Any]) -> str | None:
        """Return what a secret holds, by an ExternalSecret's `remoteRef`."""
        return secret_value(self._standing, reference)

    def stop(self) -> None:
        """End what is shared."""
        self._resolver.stop()
        self._caches.stop()


def secret_value(standing: Standing, reference: Mapping[str, Any]) -> str | None:
    """Return what a secret holds as the stack wrote it, by the secret, the version and the property that an
    ExternalSecret's `remoteRef` names.
    """
    key, version = reference.get("key"), str(reference.get("version") or "")
    ids = {each.id for each in standing(_SECRET) if key in (each.id, each.outputs.get("name"))}
    written = [
        each.outputs.get("secretString")
        for each in standing(_VERSION)
        if each.outputs.get("secretId") in ids
        and (not version.startswith(_BY_ID) or version == f"{_BY_ID}{each.outputs.get('versionId')}")
    ]
    text = written[-1] if written else None
    return _property(text, str(reference.get("property") or "")) if isinstance(text, str) else None


def _property(text: str, name: str) -> str | None:
    if not name:
        return text
    try:
        found = json.loads(text)[name]
    except (ValueError, KeyError, TypeError):
        return None
    return found if isinstance(found, str) else json.dumps(found)
