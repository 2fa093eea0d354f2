"""Pairs of the laws in `sandbox/laws/appconfig.py`."""

import json

import pulumi
import pulumi_aws as aws

from .pair import Pair


def _profile(schema: object) -> tuple[aws.appconfig.Application, aws.appconfig.ConfigurationProfile]:
    application = aws.appconfig.Application("application")
    profile = aws.appconfig.ConfigurationProfile(
        "profile",
        application_id=application.id,
        location_uri="hosted",
        validators=[{"type": "JSON_SCHEMA", "content": json.dumps(schema)}],
    )
    return application, profile


def _schema(kind: str) -> None:
    _profile({"type": kind})


def _deployment(content: str) -> None:
    application, profile = _profile({"type": "object", "properties": {"on": {"type": "boolean"}}})
    _deployed(application, profile, ["one"], minutes=10, content=content)


def _two(minutes: int) -> None:
    application, profile = _profile({"type": "object"})
    _deployed(application, profile, ["one", "two"], minutes=minutes, content="{}")


def _deployed(
    application: aws.appconfig.Application,
    profile: aws.appconfig.ConfigurationProfile,
    names: list[str],
    *,
    minutes: int,
    content: str,
) -> None:
    environment = aws.appconfig.Environment("environment", application_id=application.id)
    strategy = aws.appconfig.DeploymentStrategy(
        "strategy",
        deployment_duration_in_minutes=minutes,
        growth_factor=100,
        final_bake_time_in_minutes=0,
        replicate_to="NONE",
    )
    version = aws.appconfig.HostedConfigurationVersion(
        "version",
        application_id=application.id,
        configuration_profile_id=profile.configuration_profile_id,
        content=content,
        content_type="application/json",
    )
    before: list[pulumi.Resource] = []
    for name in names:
        before = [
            aws.appconfig.Deployment(
                name,
                application_id=application.id,
                environment_id=environment.environment_id,
                configuration_profile_id=profile.configuration_profile_id,
                configuration_version=version.version_number.apply(str),
                deployment_strategy_id=strategy.id,
                opts=pulumi.ResourceOptions(depends_on=before),
            )
        ]


PAIRS = [
    Pair("appconfig-validator", "is no JSON Schema 4", _schema, "switch", "object"),
    Pair("appconfig-valid", "is not of type 'boolean'", _deployment, '{"on": "yes"}', '{"on": true}'),
    Pair("appconfig-one-deployment", "has a deployment in progress", _two, 10, 0),
]
