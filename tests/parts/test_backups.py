import json
from typing import Any

import pulumi_aws as aws
import pytest

from components.parts.access_log_bucket import AccessLogBucket, AccessLogBucketArgs
from components.parts.backups import Backups, BackupsArgs
from components.parts.budget import Budget, BudgetArgs
from components.settings import BackupSettings
from tests.cloud import Cloud
from tests.samples import TAGS

DATABASE = "arn:aws:rds:eu-west-1:123456789012:db:flowise-test"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:alarms"


def build(cloud: Cloud, **settings: Any) -> None:
    args = BackupsArgs(
        settings=BackupSettings.model_validate({"retention_days": 35, **settings}),
        stack_name="flowise-test",
        region="eu-west-1",
        database_arn=DATABASE,
        alarm_topic_arn=TOPIC,
        tags=TAGS,
    )
    cloud.build(lambda: Backups("backups", args))


def test_it_builds_with_and_without_knowing_the_cloud(any_cloud: Cloud) -> None:
    build(any_cloud, copy_region="eu-central-1", restore_tests=True)
    assert len(any_cloud.of(aws.backup.Vault)) == 2


def test_what_bears_the_tag_is_backed_up_every_night_and_kept_as_long_as_set(cloud: Cloud) -> None:
    build(cloud)
    (tag,) = cloud.only(aws.backup.Selection).inputs["selectionTags"]
    assert (tag["key"], tag["value"]) == ("Backup", "daily")
    (rule,) = cloud.only(aws.backup.Plan).inputs["rules"]
    assert (rule["schedule"], rule["lifecycle"]) == ("cron(0 2 * * ? *)", {"deleteAfter": 35})
    assert "copyActions" not in rule


def test_copies_lie_in_the_second_region_under_a_key_of_its_own(cloud: Cloud) -> None:
    build(cloud, copy_region="eu-central-1")
    copies = cloud.named("backups-copies").inputs
    assert copies["region"] == "eu-central-1"
    assert copies["kmsKeyArn"].startswith("arn:aws:kms:eu-central-1:")
    (rule,) = cloud.only(aws.backup.Plan).inputs["rules"]
    (action,) = rule["copyActions"]
    assert ":eu-central-1:" in action["destinationVaultArn"]
    assert action["lifecycle"] == {"deleteAfter": 35}


@pytest.mark.parametrize(("retention_days", "least"), [(35, 7), (3, 3)])
def test_every_vault_is_locked_within_what_the_plan_keeps(cloud: Cloud, retention_days: int, least: int) -> None:
    build(cloud, retention_days=retention_days, copy_region="eu-central-1", lock_grace_days=30)
    locks = [each.inputs for each in cloud.of(aws.backup.VaultLockConfiguration)]
    assert len(locks) == 2
    for lock in locks:
        assert (lock["minRetentionDays"], lock["maxRetentionDays"]) == (least, retention_days)
        assert lock["changeableForDays"] == 30


def test_a_lock_that_nobody_could_undo_is_not_the_default(cloud: Cloud) -> None:
    build(cloud)
    assert "changeableForDays" not in cloud.only(aws.backup.VaultLockConfiguration).inputs


def test_the_database_is_restored_as_a_trial_every_week_where_that_is_wanted(cloud: Cloud) -> None:
    build(cloud, restore_tests=True)
    plan = cloud.only(aws.backup.RestoreTestingPlan).inputs
    assert (plan["name"], plan["scheduleExpression"]) == ("flowise_test", "cron(0 6 ? * SUN *)")
    trial = cloud.only(aws.backup.RestoreTestingSelection).inputs
    assert (trial["protectedResourceType"], trial["protectedResourceArns"]) == ("RDS", [DATABASE])


def test_no_trial_is_made_where_none_is_wanted(cloud: Cloud) -> None:
    build(cloud)
    assert cloud.of(aws.backup.RestoreTestingPlan) == []


def test_failures_are_told(cloud: Cloud) -> None:
    build(cloud)
    told = cloud.only(aws.backup.VaultNotifications).inputs
    assert told["snsTopicArn"] == TOPIC
    assert all(event.endswith("_FAILED") for event in told["backupVaultEvents"])


def test_a_budget_counts_this_stack_alone_and_speaks_before_it_is_spent(cloud: Cloud) -> None:
    tags = {"Project": "flowise", "Environment": "dev"}
    args = BudgetArgs(monthly_usd=250, cost_tags=tags, alarm_topic_arn=TOPIC, tags=TAGS)
    cloud.build(lambda: Budget("budget", args))
    budget = cloud.only(aws.budgets.Budget).inputs
    assert (budget["limitAmount"], budget["timeUnit"]) == ("250", "MONTHLY")
    assert [each["tags"] for each in budget["filterExpression"]["ands"]] == [
        {"key": "Project", "values": ["flowise"]},
        {"key": "Environment", "values": ["dev"]},
    ]
    assert {each["threshold"] for each in budget["notifications"]} == {80, 100}


def test_only_this_account_writes_access_logs(cloud: Cloud) -> None:
    cloud.build(lambda: AccessLogBucket("access", AccessLogBucketArgs(region="eu-west-1", expire_days=90, tags=TAGS)))
    deny, *writes = json.loads(cloud.only(aws.s3.BucketPolicy).inputs["policy"])["Statement"]
    assert deny["Effect"] == "Deny"
    here = {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    assert {each["Principal"]["Service"]: each["Condition"] for each in writes} == {
        "logging.s3.amazonaws.com": here,
        "logdelivery.elasticloadbalancing.amazonaws.com": {
            "ArnLike": {"aws:SourceArn": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/*"}
        },
        "delivery.logs.amazonaws.com": {
            **here,
            "ArnLike": {"aws:SourceArn": "arn:aws:logs:us-east-1:123456789012:delivery-source:*"},
        },
    }
    assert {tuple(each["Action"]) for each in writes} == {("s3:PutObject",)}
    encryption = cloud.only(aws.s3.BucketServerSideEncryptionConfiguration).inputs["rules"][0]
    assert encryption["applyServerSideEncryptionByDefault"] == {"sseAlgorithm": "AES256"}
    assert cloud.of(aws.s3.BucketLogging) == []
