"""What each cloud answers: the id and outputs of a created resource, the result of a function.

Everything here is a pure function of its arguments, so the same fake world serves the engine (through the provider)
and the unit tests (through Pulumi's mocks).
"""

import json
from collections.abc import Mapping
from typing import Any

from .. import schema
from ..wire import UNKNOWN
from . import aws, kubernetes, random, resource
from .resource import Request

_CLOUDS: Mapping[str, Any] = {"aws": aws, "kubernetes": kubernetes, "random": random}


class UnknownTypeError(LookupError):
    """No installed SDK knows this resource type or function."""


def create(
    token: str,
    name: str,
    urn: str,
    inputs: Mapping[str, Any],
    *,
    serial: int = 0,
    provider: Mapping[str, Any] | None = None,
) -> tuple[str, dict[str, Any]]:
    """Return the physical id and all outputs (camelCase, inputs included) of a new resource.

    `serial` counts the earlier resources of the same URN; `provider` is the provider's configuration.
    Deterministic. Raises UnknownTypeError for a type of no installed SDK.
    """
    made: tuple[str, dict[str, Any]] = _cloud(token).create(
        Request(token, name, urn, dict(inputs), serial, dict(provider or {}))
    )
    return made


def foreign(
    token: str,
    name: str,
    urn: str,
    resource_id: str,
    given: Mapping[str, Any],
    *,
    provider: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return all outputs of a resource that stands by an id though this stack never made it; `given` is said of it."""
    known = kubernetes.named(token, resource_id) if schema.package_of(token) == "kubernetes" else {}
    request = Request(token, name, urn, {**known, **given}, 0, dict(provider or {}))
    made_id, outputs = aws.create(request, found=True) if not known else kubernetes.create(request)
    found: dict[str, Any] = json.loads(json.dumps(outputs).replace(made_id, resource_id))
    return found


def required_inputs(token: str, outputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inputs without which a resource of a type cannot be, as its outputs tell them."""
    described = schema.resource(token)
    needed = {name for name, field in described.inputs.items() if field.required} if described else set()
    return {name: value for name, value in outputs.items() if name in needed}


def preview(
    token: str, name: str, urn: str, inputs: Mapping[str, Any], *, provider: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the outputs of a resource that does not exist yet: its inputs, and UNKNOWN for all that the cloud will
    decide.
    """
    request = Request(token, name, urn, dict(inputs), 0, dict(provider or {}))
    if schema.package_of(token) == "aws":
        return aws.preview(request)
    return resource.complete(resource.outputs_of(token), dict(inputs), lambda _name, _type: UNKNOWN)


def invoke(
    token: str,
    args: Mapping[str, Any],
    *,
    provider: Mapping[str, Any] | None = None,
    known: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the result (camelCase) of a provider function; `known` is what stands, and is told before what is
    invented.

    Raises UnknownTypeError for a function of no installed SDK.
    """
    request = Request(token, "", token, dict(args), 0, dict(provider or {}))
    invented: dict[str, Any] = _cloud(token).invoke(request)
    described = resource.outputs_of(token)
    return {**invented, **{name: value for name, value in (known or {}).items() if name in described}}


def _cloud(token: str) -> Any:
    cloud = _CLOUDS.get(schema.package_of(token))
    if cloud is None:
        raise UnknownTypeError(f"{token}: the sandbox plays the packages {', '.join(_CLOUDS)}")
    return cloud
