"""Documents that a program gives as they are (`policy={"Statement": ...}`): the provider keeps them as texts.

github.com/pulumi/pulumi-terraform-bridge, package tfbridge: TransformJSONDocument
"""

import json
from collections.abc import Mapping
from typing import Any

from . import schema
from .wire import UNKNOWN, has_unknown


def as_texts(token: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return inputs in which what may be a document or its text is a text; not known where a part of it is not."""
    described = schema.resource(token)
    if described is None or schema.package_of(token) != "aws":
        return dict(inputs)
    return {name: _text(value) if _is_text(described, name, value) else value for name, value in inputs.items()}


def _is_text(described: schema.ResourceType, name: str, value: Any) -> bool:
    given, kept = described.inputs.get(name), described.outputs.get(name)
    if not isinstance(value, dict | list) or given is None or kept is None:
        return False
    return given.type.kind == "any" and kept.type.kind == "string"


def _text(value: Any) -> str:
    return UNKNOWN if has_unknown(value) else json.dumps(value, separators=(",", ":"), sort_keys=True)
