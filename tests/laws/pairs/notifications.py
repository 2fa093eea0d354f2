"""Pairs of the laws in `sandbox/laws/notifications.py`."""

import json
from typing import Any

import pulumi
import pulumi_aws as aws

from .pair import Pair


def _subscription(endpoint: str) -> None:
    aws.sns.TopicSubscription("mail", topic=aws.sns.Topic("topic").arn, protocol="email", endpoint=endpoint)


def _told_topic(services: Any, key_services: Any = ()) -> pulumi.Output[str]:
    """Return the ARN of a topic, by way of its policy: what it tells comes after, and none is still to come."""
    policy = {"Effect": "Allow", "Action": "sns:Publish", "Resource": "*"}
    use = {"Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey*"], "Resource": "*"}
    key = None
    if key_services:
        admin = {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
            "Action": "kms:*",
            "Resource": "*",
        }
        lets = [{**use, "Principal": {"Service": list(key_services)}}]
        key = aws.kms.Key("key", policy=json.dumps({"Version": "2012-10-17", "Statement": [admin, *lets]})).arn
    topic = aws.sns.Topic("topic", kms_master_key_id=key)
    if services:
        said = json.dumps({"Version": "2012-10-17", "Statement": [{**policy, "Principal": {"Service": services}}]})
        return aws.sns.TopicPolicy("policy", arn=topic.arn, policy=said).arn
    return topic.arn


def _event_to_topic(services: Any) -> None:
    arn = _told_topic(services)
    rule = aws.cloudwatch.EventRule("rule", event_pattern=json.dumps({"source": ["aws.backup"]}))
    aws.cloudwatch.EventTarget("target", rule=rule.name, arn=arn)


def _event_under_key(key_services: Any) -> None:
    arn = _told_topic(["events.amazonaws.com"], key_services)
    rule = aws.cloudwatch.EventRule("rule", event_pattern=json.dumps({"source": ["aws.backup"]}))
    aws.cloudwatch.EventTarget("target", rule=rule.name, arn=arn)


def _alarm_to_topic(services: Any) -> None:
    arn = _told_topic(services)
    aws.cloudwatch.MetricAlarm(
        "alarm",
        comparison_operator="GreaterThanThreshold",
        evaluation_periods=1,
        metric_name="CPUUtilization",
        namespace="AWS/RDS",
        period=300,
        statistic="Average",
        threshold=80,
        alarm_actions=[arn],
    )


def _alarm_under_key(of_aws: bool) -> None:
    key = "alias/aws/sns" if of_aws else aws.kms.Key("key", enable_key_rotation=True).arn
    topic = aws.sns.Topic("topic", kms_master_key_id=key)
    aws.cloudwatch.MetricAlarm(
        "alarm",
        comparison_operator="GreaterThanThreshold",
        evaluation_periods=1,
        metric_name="CPUUtilization",
        namespace="AWS/EC2",
        period=300,
        statistic="Average",
        threshold=80,
        alarm_actions=[topic.arn],
    )


def _database_events(services: Any) -> None:
    aws.rds.EventSubscription("events", sns_topic=_told_topic(services), source_type="db-instance")


def _vault_events(events: Any) -> None:
    arn, vault = _told_topic(["backup.amazonaws.com"]), aws.backup.Vault("vault")
    aws.backup.VaultNotifications(
        "failures", backup_vault_name=vault.name, sns_topic_arn=arn, backup_vault_events=events
    )


PAIRS = [
    Pair("sns-subscription", "email endpoint ops", _subscription, "ops", "ops@example.com"),
    Pair(
        "sns-topic-policy",
        "events.amazonaws.com is not authorized to perform: SNS:Publish",
        _event_to_topic,
        ["backup.amazonaws.com"],
        ["backup.amazonaws.com", "events.amazonaws.com"],
        "https://www.repost.aws/knowledge-center/sns-not-getting-eventbridge-notification",
        silent=True,
    ),
    Pair(
        "sns-topic-policy",
        "for the topic has no policy that says so",
        _event_to_topic,
        None,
        ["events.amazonaws.com"],
        silent=True,
    ),
    Pair(
        "sns-topic-policy",
        "cloudwatch.amazonaws.com may not use alias/aws/sns",
        _alarm_under_key,
        True,
        False,
        "https://repost.aws/knowledge-center/cloudwatch-configure-alarm-sns",
        silent=True,
    ),
    Pair(
        "sns-topic-policy",
        "events.rds.amazonaws.com is not authorized",
        _database_events,
        ["events.amazonaws.com"],
        ["events.rds.amazonaws.com"],
    ),
    Pair(
        "sns-topic-policy",
        "events.amazonaws.com may not use",
        _event_under_key,
        ["backup.amazonaws.com"],
        ["events.amazonaws.com"],
        silent=True,
    ),
    Pair(
        "sns-topic-policy",
        "cloudwatch.amazonaws.com is not authorized",
        _alarm_to_topic,
        ["events.amazonaws.com"],
        None,
        silent=True,
    ),
    Pair(
        "backup-vault-events",
        "RESTORE_JOB_FAILED is deprecated",
        _vault_events,
        ["COPY_JOB_FAILED", "RESTORE_JOB_FAILED"],
        ["COPY_JOB_FAILED", "RESTORE_JOB_COMPLETED"],
    ),
]
