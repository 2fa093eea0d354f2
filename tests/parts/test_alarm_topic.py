import json

import pulumi_aws as aws

from components.parts.alarm_topic import AlarmTopic, AlarmTopicArgs
from tests.cloud import Cloud
from tests.samples import TAGS


def build(cloud: Cloud) -> None:
    args = AlarmTopicArgs(emails=["a@example.com", "b@example.com"], region="eu-west-1", tags=TAGS)
    cloud.build(lambda: AlarmTopic("alarms", args))


def test_it_builds_with_and_without_knowing_the_cloud(any_cloud: Cloud) -> None:
    build(any_cloud)
    assert len(any_cloud.of(aws.sns.TopicSubscription)) == 2


def test_services_of_this_account_may_publish_and_encrypt_and_nobody_else(cloud: Cloud) -> None:
    build(cloud)
    (statement,) = json.loads(cloud.only(aws.sns.TopicPolicy).inputs["policy"])["Statement"]
    assert "cloudwatch.amazonaws.com" in statement["Principal"]["Service"]
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    key = json.loads(cloud.only(aws.kms.Key).inputs["policy"])["Statement"]
    services = {each["Principal"].get("Service") for each in key} - {None}
    assert services == set(statement["Principal"]["Service"])
    assert cloud.only(aws.sns.Topic).inputs["kmsMasterKeyId"].startswith("arn:aws:kms:")
