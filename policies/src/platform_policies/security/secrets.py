"""Secrets in what code, machines, templates and parameters are given: they are read by all who read the infrastructure."""

from collections.abc import Iterator
from typing import Any

from ..kit import catalogue
from ..kit.holds import is_empty
from ..kit.reading import UNKNOWN, given
from ..kit.rule import Resource, Rule
from ..kit.secret_text import leaks, named

_MANAGER = "https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/sec_identities_secrets.html"
_PARAMETER = "aws:ssm/parameter:Parameter"


def _texts(resource: Resource) -> Iterator[tuple[str, Any]]:
    kept = resource.type == _PARAMETER and resource.get("type") in ("SecureString", UNKNOWN)
    yield from (
        (place, value) for place, value in catalogue.values(resource, "strings") if not (kept and place == "value")
    )


def _shown(resource: Resource) -> str:
    """Return where a secret stands in clear."""
    for place, value in _texts(resource):
        if leaks(value) or named(_name_beside(resource, place), value):
            return place
    if resource.type == _PARAMETER and resource.get("type") in ("String", "StringList"):
        name = resource.get("name")
        if isinstance(name, str) and named(name.rpartition("/")[2], resource.get("value")):
            return "value"
    return ""


def _name_beside(resource: Resource, place: str) -> Any:
    """Return the name that stands beside a value, as in `environmentVariables.0.value`."""
    *around, last = place.split(".")
    if last != "value":
        return None
    value: Any = resource.props
    for step in around:
        value = value[int(step)] if isinstance(value, list) else value.get(step) if isinstance(value, dict) else None
    return value.get("name") if isinstance(value, dict) else None


RULES = (
    Rule(
        "aws-secret-literal", "critical", "no secret stands in code, user data, a template, a parameter or an environment", "keep it in Secrets Manager, and give its name or ARN", "secrets",
        catalogue.types("strings"), lambda s: not _shown(s), where=_shown, judges=catalogue.told("strings"), link=_MANAGER,
        refs="FSBP ECS.8, FSBP CodeBuild.2, CKV_AWS_45, CKV_AWS_46, CKV2_AWS_34",
    ),
    Rule(
        "aws-provider-keys", "critical", "no provider is given a key of AWS in the program", "let it take the role of who runs it, or name a profile", "secrets", "pulumi:providers:aws", is_empty("accessKey", "secretKey"),
        refs="CKV_AWS_41", link="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
    ),
    Rule(
        "ssm-key", "low", "a secret parameter is encrypted with a key of one's own", "set keyId", "secrets", _PARAMETER, lambda s: s.get("type") != "SecureString" or given(s.get("keyId")), refs="CKV_AWS_337", level="advisory",
        link="https://docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html",
    ),
)  # fmt: skip
