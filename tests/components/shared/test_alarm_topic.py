import json
from collections.abc import Sequence

import pulumi_aws as aws

from components.shared.alarm_topic import AlarmTopic, AlarmTopicArgs
from testing.cloud import Cloud
from tests.samples import TAGS


def build(cloud: Cloud, emails: Sequence[str] = ("a@example.com", "b@example.com")) -> None:
    args = AlarmTopicArgs(emails=emails, region="eu-west-1", tags=TAGS)
    cloud.build(lambda: AlarmTopic("alarms", args))


def test_it_builds_with_and_without_knowing_the_cloud(any_cloud: Cloud) -> None:
    build(any_cloud)
    assert len(any_cloud.of(aws.sns.TopicSubscription)) == 2


def test_services_that_alarm_may_publish_and_encrypt_and_nobody_else(cloud: Cloud) -> None:
    build(cloud)
    here, rules = json.loads(cloud.only(aws.sns.TopicPolicy).inputs["policy"])["Statement"]
    assert "cloudwatch.amazonaws.com" in here["Principal"]["Service"]
    assert here["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    # EventBridge does not say for whom it acts (EventBridge user guide, eb-troubleshooting)
    assert rules["Principal"] == {"Service": ["events.amazonaws.com"]}
    assert "Condition" not in rules
    key = json.loads(cloud.only(aws.kms.Key).inputs["policy"])["Statement"]
    services = [each["Principal"]["Service"] for each in key if "Service" in each["Principal"]]
    assert sorted(services) == sorted([*here["Principal"]["Service"], *rules["Principal"]["Service"]])
    assert cloud.only(aws.sns.Topic).inputs["kmsMasterKeyId"].startswith("arn:aws:kms:")


def test_who_stays_is_not_asked_to_confirm_anew_when_another_goes(cloud: Cloud) -> None:
    build(cloud, ["b@example.com"])
    assert cloud.only(aws.sns.TopicSubscription).name == "alarms-mail-b@example.com"
    assert cloud.only(aws.sns.TopicSubscription).inputs["endpoint"] == "b@example.com"
