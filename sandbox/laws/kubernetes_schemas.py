"""The strict schema of each kind in each Kubernetes minor, as kubernetes-validate ships them."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import jsonschema
from kubernetes_validate.utils import all_versions, major_minor, schema_contents
from referencing import Registry, Resource

from ..wire import UNKNOWN


def has(version: str, kind: str, api_version: str) -> bool:
    """Return whether a minor (`1.35`) has a kind."""
    return _validator(version, kind, api_version) is not None


def faults(manifest: Mapping[str, Any], version: str, kind: str, api_version: str) -> list[tuple[str, str]]:
    """Where a manifest is not as its schema has it (`.spec.ports[0]`), and how; none where there is no such kind."""
    validator = _validator(version, kind, api_version)
    if validator is None:
        return []
    deepest = [
        jsonschema.exceptions.best_match([fault])
        for fault in validator.iter_errors(dict(manifest))
        if fault.instance != UNKNOWN
    ]
    return [(_where(fault.absolute_path), _say(fault)) for fault in deepest]


@cache
def _validator(version: str, kind: str, api_version: str) -> jsonschema.Draft202012Validator | None:
    folder = f"kubernetes-json-schema/v{_patch(version)}-local-strict"
    group = re.sub(r"^([^./]*)(?:\.[^/]*)?/", r"\1-", api_version)
    try:
        schema = schema_contents(f"{folder}/{kind.lower()}-{group}.json", version)
    except FileNotFoundError:
        return None
    definitions = schema_contents(f"{folder}/_definitions.json", version)
    registry: Registry[Any] = Resource.from_contents(definitions) @ (Resource.from_contents(schema) @ Registry())
    return jsonschema.Draft202012Validator(schema, registry=registry)


@cache
def _patch(version: str) -> str:
    return str([v for v in all_versions() if major_minor(v) <= major_minor(version)][-1])


def _where(path: Any) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)


def _say(fault: Any) -> str:
    if fault.validator == "additionalProperties":
        known = set(fault.schema.get("properties", ()))
        return "unknown field " + ", ".join(sorted(f'"{name}"' for name in fault.instance.keys() - known))
    if fault.validator in ("type", "required", "enum", "minimum", "format"):
        return str(fault.message).partition(" is not of type ")[0] + (
            f" must be of type {fault.validator_value}" if fault.validator == "type" else ""
        )
    return str(fault.message)
