"""AppConfig: what validators take, and one deployment at a time."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema

from ..world import Record
from .law import Law, Refusal, ResourceOperation, get, items

_VERSION = "aws:appconfig/hostedConfigurationVersion:HostedConfigurationVersion"
_PROFILE = "aws:appconfig/configurationProfile:ConfigurationProfile"
_STRATEGY = "aws:appconfig/deploymentStrategy:DeploymentStrategy"
_DEPLOYMENT = "aws:appconfig/deployment:Deployment"
_VALIDATORS = (
    "https://docs.aws.amazon.com/appconfig/latest/userguide/appconfig-creating-configuration-profile.html"
    "#appconfig-creating-configuration-and-profile-validators"
)


def _validator(op: ResourceOperation) -> Iterator[Refusal]:
    for validator in items(op.inputs, "validators"):
        text = get(validator, "content")
        if get(validator, "type") != "JSON_SCHEMA" or not isinstance(text, str):
            continue
        try:
            jsonschema.Draft4Validator.check_schema(json.loads(text))
        except (ValueError, jsonschema.SchemaError) as error:
            yield Refusal(
                "BadRequestException",
                f"the validator is no JSON Schema 4: {_first(error)}",
                "write one that draft 4 takes",
            )


def _valid(op: ResourceOperation) -> Iterator[Refusal]:
    profile, number = op.text("configurationProfileId"), op.text("configurationVersion")
    version = _made(op, _VERSION, profile, number)
    owner = next((each for each in op.inventory.of(_PROFILE) if _own_id(each) == profile), None)
    if version is None or owner is None:
        return
    text = get(version.inputs, "content")
    for validator in items(owner.inputs, "validators"):
        schema = get(validator, "content")
        if get(validator, "type") != "JSON_SCHEMA" or not isinstance(schema, str) or not isinstance(text, str):
            continue
        try:
            jsonschema.Draft4Validator(json.loads(schema)).validate(json.loads(text))
        except (ValueError, jsonschema.ValidationError, jsonschema.SchemaError) as error:
            yield Refusal(
                "BadRequestException",
                f"Error validating version {number} of profile {profile}: {_first(error)}",
                "deploy a version that the profile's validator takes",
            )


def _one_at_a_time(op: ResourceOperation) -> Iterator[Refusal]:
    environment = op.text("environmentId")
    for other in op.inventory.of(_DEPLOYMENT):
        if (
            other.urn != op.urn
            and environment
            and get(other.inputs, "environmentId") == environment
            and _lasts(op, other)
        ):
            yield Refusal(
                "ConflictException",
                f"environment {environment} has a deployment in progress, {other.id}; one at a time is had, and the "
                "provider does not wait for its end",
                "give each profile an environment of its own, or a strategy that takes no time",
            )


def _lasts(op: ResourceOperation, deployment: Record) -> bool:
    strategy = op.inventory.owner(str(get(deployment.inputs, "deploymentStrategyId") or ""))
    if strategy is None or strategy.token != _STRATEGY:
        return True  # AWS's own take ten minutes at least, but for AllAtOnce, which bakes as long
    minutes = (get(strategy.inputs, name) or 0 for name in ("deploymentDurationInMinutes", "finalBakeTimeInMinutes"))
    return any(minutes)


def _made(op: ResourceOperation, token: str, profile: str, number: str) -> Record | None:
    return next(
        (
            each
            for each in op.inventory.of(token)
            if get(each.inputs, "configurationProfileId") == profile
            and str(each.outputs.get("versionNumber")) == number
        ),
        None,
    )


def _own_id(profile: Record) -> str:
    return str(profile.outputs.get("configurationProfileId"))


def _first(error: Any) -> str:
    return str(getattr(error, "message", error)).splitlines()[0][:200]


LAWS = (
    Law("appconfig-validator", "a validator of AppConfig", _VALIDATORS, _PROFILE, _validator),
    Law("appconfig-valid", "what is deployed is valid", _VALIDATORS, _DEPLOYMENT, _valid),
    Law(
        "appconfig-one-deployment",
        "an environment has one deployment at a time",
        "https://docs.aws.amazon.com/appconfig/2019-10-09/APIReference/API_StartDeployment.html",
        _DEPLOYMENT,
        _one_at_a_time,
        ("create",),
    ),
)
