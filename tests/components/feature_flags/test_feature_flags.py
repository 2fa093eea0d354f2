import json
from typing import Any

import jsonschema
import pulumi_aws as aws
import pytest

from components.feature_flags import FeatureFlags, FeatureFlagsArgs, FeatureFlagSettings, Flag, flags_are_known
from components.feature_flags.flags import validator
from components.shared.references import AlarmTarget
from testing.cloud import Cloud
from tests.samples import TAGS

FLAGS = (
    Flag("new_prices", False, "prices by the hour"),
    Flag("page_size", 20, "orders on a page"),
    Flag("greeting", "hello", "what the first page says"),
)
VERSIONS = {"defaults": {}, "hourly": {"new_prices": True, "page_size": 50}}
BALANCER = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/orders/1"


def build(cloud: Cloud, **settings: Any) -> FeatureFlags:
    args = FeatureFlagsArgs(
        settings=FeatureFlagSettings.model_validate(settings),
        flags=FLAGS,
        application="orders-test",
        environment="test",
        reader_role_name="orders-pods",
        load_balancer_arn=BALANCER,
        alarms=AlarmTarget(arn="arn:aws:sns:eu-west-1:123456789012:alarms", key_arn="arn:aws:kms:eu-west-1:1:key/1"),
        tags=TAGS,
    )
    return cloud.build(lambda: FeatureFlags("flags", args))


def test_it_builds_with_and_without_knowing_the_cloud(any_cloud: Cloud) -> None:
    build(any_cloud, versions=VERSIONS, deployed="hourly")
    assert len(any_cloud.of(aws.appconfig.Deployment)) == 1


def test_versions_lie_side_by_side_and_one_is_deployed(cloud: Cloud) -> None:
    build(cloud, versions=VERSIONS, deployed="hourly")
    hosted = {each.inputs["versionLabel"]: each for each in cloud.of(aws.appconfig.HostedConfigurationVersion)}
    assert json.loads(hosted["defaults"].inputs["content"]) == {
        "greeting": "hello",
        "new_prices": False,
        "page_size": 20,
    }
    assert json.loads(hosted["hourly"].inputs["content"]) == {"greeting": "hello", "new_prices": True, "page_size": 50}
    # at once, both would get the next number
    assert hosted["defaults"].urn in hosted["hourly"].depends_on


@pytest.mark.parametrize("label", VERSIONS)
def test_the_way_back_is_a_label(cloud: Cloud, label: str) -> None:
    build(cloud, versions=VERSIONS, deployed=label)
    deployment = cloud.only(aws.appconfig.Deployment)
    assert deployment.inputs["description"] == label
    deployed = {each for each in VERSIONS if cloud.named(f"flags-version-{each}").urn in deployment.depends_on}
    assert deployed == {label}


def test_a_change_goes_step_by_step_and_alarms_bring_the_one_before_back(cloud: Cloud) -> None:
    build(cloud, deployment_minutes=20, growth_percent=10, bake_minutes=30)
    strategy = cloud.only(aws.appconfig.DeploymentStrategy).inputs
    assert (strategy["deploymentDurationInMinutes"], strategy["growthFactor"]) == (20, 10)
    assert (strategy["finalBakeTimeInMinutes"], strategy["growthType"]) == (30, "LINEAR")
    alarm = cloud.only(aws.cloudwatch.MetricAlarm)
    assert alarm.inputs["dimensions"] == {"LoadBalancer": "app/orders/1"}
    assert alarm.inputs["metricName"] == "HTTPCode_Target_5XX_Count"
    (monitor,) = cloud.only(aws.appconfig.Environment).inputs["monitors"]
    assert ":alarm:" in monitor["alarmArn"]
    assert ":role/" in monitor["alarmRoleArn"]
    role = cloud.named("flags-watcher").inputs
    assert "appconfig.amazonaws.com" in role["assumeRolePolicy"]
    (statement,) = json.loads(cloud.named("flags-watcher-policy").inputs["policy"])["Statement"]
    assert statement["Action"] == ["cloudwatch:DescribeAlarms"]
    assert cloud.named("flags-watcher-policy").urn in cloud.only(aws.appconfig.Environment).depends_on


def test_the_service_reads_its_own_flags_and_writes_none(cloud: Cloud) -> None:
    build(cloud)
    policy = cloud.named("flags-reader").inputs
    assert policy["role"] == "orders-pods"
    (statement,) = json.loads(policy["policy"])["Statement"]
    assert statement["Action"] == ["appconfig:StartConfigurationSession", "appconfig:GetLatestConfiguration"]
    (resource,) = statement["Resource"]
    assert "/environment/" in resource
    assert "/configuration/" in resource
    assert "*" not in resource


@pytest.mark.parametrize(
    ("value", "taken"),
    [
        ({"new_prices": True}, True),
        ({"new_prices": "yes"}, False),
        ({"page_size": 1.5}, True),
        ({"page_size": True}, False),
        ({"new_price": True}, False),
        ([], False),
    ],
)
def test_what_the_application_could_not_read_is_never_deployed_whoever_writes_it(
    cloud: Cloud, value: Any, taken: bool
) -> None:
    build(cloud)
    (judge,) = cloud.only(aws.appconfig.ConfigurationProfile).inputs["validators"]
    assert judge["type"] == "JSON_SCHEMA"
    assert jsonschema.Draft4Validator(json.loads(judge["content"])).is_valid(value) is taken


def test_a_schema_that_appconfig_would_not_take_is_refused(cloud: Cloud) -> None:
    flags = [Flag(f"flag_{number}", False, "x" * 400) for number in range(100)]
    with pytest.raises(ValueError, match="may have 32768 characters"):
        validator(flags)


@pytest.mark.parametrize(
    ("versions", "says"),
    [
        ({"a": {"new_price": True}}, "flags.versions.a.new_price: is no flag of the application"),
        ({"a": {"new_prices": 1}}, "flags.versions.a.new_prices: must be a boolean"),
        ({"a": {"page_size": True}}, "flags.versions.a.page_size: must be a number"),
    ],
)
def test_a_flag_that_the_application_does_not_have_is_told_early(versions: Any, says: str) -> None:
    settings = FeatureFlagSettings(versions=versions, deployed="a")
    (found,) = flags_are_known(settings, FLAGS, "flags")
    assert f"{found.key}: {found.problem}" == says


def test_what_is_deployed_is_there() -> None:
    with pytest.raises(ValueError, match="must be the label of one of versions"):
        FeatureFlagSettings(versions={"a": {}}, deployed="b")
    assert list(flags_are_known(FeatureFlagSettings.model_validate({"versions": VERSIONS}), FLAGS, "flags")) == []
