"""How values kept in AWS become a Kubernetes Secret, as specs of External Secrets (external-secrets.io/v1).

A Secret made so never changes: it holds the very versions that were planned, and another version is another Secret, so
that pods of one rollout never differ in what they were given.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pulumi import Input, Output

API_VERSION = "external-secrets.io/v1"
Service = Literal["SecretsManager", "ParameterStore"]
Spec = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class SecretField:
    """A value in Secrets Manager: a field of the secret's JSON object, or all of its text.

    `key_arn` is the KMS key it is encrypted with; without one it is AWS's own, which asks no permission.
    """

    arn: Input[str]
    version_id: Input[str]
    field: str | None = None
    key_arn: Input[str] | None = None


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A value in Parameter Store."""

    name: str
    version: Input[int]


Source = SecretField | Parameter
SOURCES = (SecretField, Parameter)


def service_of(source: Source) -> Service:
    """Tell where a value is kept."""
    return "SecretsManager" if isinstance(source, SecretField) else "ParameterStore"


def services(sources: Iterable[Source]) -> tuple[Service, ...]:
    """Return the services that some values are kept in."""
    return tuple(sorted({service_of(source) for source in sources}))


def store_spec(service: Service, *, region: str, role_arn: Input[str]) -> Spec:
    """Return the spec of a SecretStore that reads as one role."""
    return {"provider": {"aws": {"service": service, "region": region, "role": role_arn}}}


def external_secret_spec(fields: Mapping[str, Source], stores: Mapping[Service, Input[str]]) -> Spec:
    """Return the spec of an ExternalSecret with these keys; `stores` name SecretStores. Its Secret has its name."""
    return {
        "refreshPolicy": "CreatedOnce",
        "target": {"creationPolicy": "Owner", "immutable": True},
        "data": [
            {
                "secretKey": key,
                "remoteRef": _reference(source),
                "sourceRef": {"storeRef": {"kind": "SecretStore", "name": stores[service_of(source)]}},
            }
            for key, source in fields.items()
        ],
    }


def _reference(source: Source) -> Spec:
    if isinstance(source, Parameter):
        return {"key": source.name, "version": Output.from_input(source.version).apply(lambda number: str(int(number)))}
    # External Secrets tells a version's id from its stage by this prefix (its guide, AWS Secrets Manager: versions)
    reference: Spec = {"key": source.arn, "version": Output.concat("uuid/", source.version_id)}
    return {**reference, "property": source.field} if source.field else reference
