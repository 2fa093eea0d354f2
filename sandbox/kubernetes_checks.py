"""What the Kubernetes provider refuses, and fills in, before it asks a cluster: its own Check, in provider.go."""

import json
from collections.abc import Mapping
from typing import Any

import yaml

from . import schema
from .checks import Failure
from .kubernetes_scopes import CLUSTER_SCOPED


class NotPossibleError(ValueError):
    """The provider does not take such a resource at all."""


def refuse(token: str, inputs: Mapping[str, Any], provider: Mapping[str, Any]) -> None:
    """Refuse what the provider refuses as a whole. Raises NotPossibleError."""
    kind = token.rpartition(":")[2]
    metadata = inputs.get("metadata") or {}
    if not isinstance(metadata, Mapping):
        return
    if kind.endswith("List") and schema.resource(token) is not None and "items" in inputs:
        raise NotPossibleError(
            "list resources exist for compatibility with YAML manifests and Helm charts, and cannot be created "
            "directly. Use the underlying resource type instead"
        )
    if kind.endswith("Patch") and not metadata.get("name"):
        raise NotPossibleError("patch resources require the `.metadata.name` field to be set")
    applies = str(provider.get("enableServerSideApply", True)).lower() != "false"
    if applies and metadata.get("generateName") and not metadata.get("name"):
        raise NotPossibleError("the `.metadata.generateName` field is not supported in Server-Side Apply mode")


def beyond_the_sdk(failure: Failure) -> bool:
    """Return whether the SDK has no such input, and the provider leaves it out: manifests may have a status."""
    return failure.property == "status"


def placed(token: str, inputs: dict[str, Any], provider: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inputs in the provider's own namespace, where they name none and their kind has one."""
    namespace = provider.get("namespace") or _of_context(provider.get("kubeconfig"))
    metadata = inputs.get("metadata")
    kind = token.rpartition(":")[2].removesuffix("Patch")
    if not namespace or kind in CLUSTER_SCOPED or not isinstance(metadata, Mapping) or metadata.get("namespace"):
        return inputs
    return {**inputs, "metadata": {**metadata, "namespace": str(namespace)}}


def _of_context(kubeconfig: Any) -> str:
    """Return the namespace of a kubeconfig's current context; empty where it has none."""
    try:
        read = yaml.safe_load(kubeconfig) if isinstance(kubeconfig, str) else json.loads(json.dumps(kubeconfig))
    except (yaml.YAMLError, TypeError):
        return ""
    contexts = (read.get("contexts") or []) if isinstance(read, Mapping) else []
    current: Any = next((each for each in contexts if each.get("name") == read.get("current-context")), {})
    return str((current.get("context") or {}).get("namespace") or "")
