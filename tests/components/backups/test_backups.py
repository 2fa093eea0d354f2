import json
from typing import Any

import pulumi_aws as aws
import pytest
from moto.events.models import EventPattern

from components.backups.budget import Budget, BudgetArgs
from components.backups.component import Backups, BackupsArgs
from components.backups.cost_anomalies import CostAnomalies, CostAnomaliesArgs
from components.backups.settings import BackupSettings
from components.backups.watch import watch
from components.shared.access_log_bucket import AccessLogBucket, AccessLogBucketArgs
from components.shared.external_secrets import SecretField
from components.shared.references import InstanceLogin, InstanceRef
from testing.cloud import Cloud
from tests.samples import ALARMS, NETWORK, TAGS

DATABASE = "arn:aws:rds:eu-west-1:123456789012:db:orders-test"
BUCKET, CLUSTER = "arn:aws:s3:::orders-test-files", "arn:aws:eks:eu-west-1:123456789012:cluster/orders-test"
TOPIC = ALARMS.arn


KEY = "arn:aws:kms:eu-west-1:123456789012:key/database"
LOGINS = [
    InstanceLogin(
        username=f"orders_{slot}",
        password=SecretField(
            arn=f"arn:aws:secretsmanager:eu-west-1:123456789012:secret:{slot}",
            version_id="1",
            field="password",
            key_arn=KEY,
        ),
    )
    for slot in "ba"
]
TRIAL = InstanceRef(
    arn=DATABASE,
    port=5433,
    subnet_group_name="orders-test-data",
    database_name="orders",
    logins=LOGINS,
    certificates="their authorities",
)


def build(cloud: Cloud, trial: InstanceRef | None = TRIAL, **settings: Any) -> None:
    args = BackupsArgs(
        settings=BackupSettings.model_validate({"retention_days": 35, **settings}),
        stack_name="orders-test",
        network=NETWORK,
        resource_arns={"RDS": DATABASE, "S3": BUCKET, "EKS": CLUSTER},
        trial=trial,
        clients={"cluster": "sg-cluster"},
        alarms=ALARMS,
        tags=TAGS,
    )
    cloud.build(lambda: Backups("backups", args))


def test_it_builds_with_and_without_knowing_the_cloud(any_cloud: Cloud) -> None:
    build(any_cloud, copy_region="eu-central-1", restore_tests=True)
    assert len(any_cloud.of(aws.backup.Vault)) == 2


def test_what_holds_data_is_backed_up_every_day_and_kept_as_long_as_set(cloud: Cloud) -> None:
    build(cloud, daily_at="22:05")
    selected = cloud.only(aws.backup.Selection).inputs
    # by name: what is chosen by tags alone waits for the account to opt in to its kind (UpdateRegionSettings)
    assert set(selected["resources"]) == {DATABASE, BUCKET, CLUSTER}
    assert "selectionTags" not in selected
    (rule,) = cloud.only(aws.backup.Plan).inputs["rules"]
    assert (rule["schedule"], rule["lifecycle"]) == ("cron(5 22 * * ? *)", {"deleteAfter": 35})
    assert "copyActions" not in rule


def test_of_a_database_that_aws_does_not_know_nothing_is_restored_and_no_backup_is_missed(cloud: Cloud) -> None:
    build(cloud, trial=None, restore_tests=True)
    assert not cloud.of(aws.backup.RestoreTestingPlan)
    told = next(
        each for each in watch(BackupSettings(), ["EKS", "S3"], "orders-test").alerts if each.name == "BackupTooOld"
    )
    assert '"S3"' in told.expression
    assert '"RDS"' not in told.expression


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
    assert (plan["name"], plan["scheduleExpression"]) == ("orders_test", "cron(0 6 ? * SUN *)")
    trial = cloud.only(aws.backup.RestoreTestingSelection).inputs
    assert (trial["protectedResourceType"], trial["protectedResourceArns"]) == ("RDS", [DATABASE])


def test_a_trial_is_restored_beside_the_database_where_the_cluster_alone_reaches_it(cloud: Cloud) -> None:
    build(cloud, restore_tests=True)
    where = cloud.only(aws.backup.RestoreTestingSelection).inputs["restoreMetadataOverrides"]
    assert (where["dbSubnetGroupName"], where["publiclyAccessible"]) == ("orders-test-data", "false")
    (group,) = json.loads(where["vpcSecurityGroupIds"])
    assert group.startswith("sg-")
    assert cloud.only(aws.ec2.SecurityGroup).inputs["vpcId"] == "vpc-1"
    (way_in,) = cloud.of(aws.vpc.SecurityGroupIngressRule)
    assert way_in.inputs["referencedSecurityGroupId"] == "sg-cluster"
    assert (way_in.inputs["fromPort"], way_in.inputs["toPort"], way_in.inputs["ipProtocol"]) == (5433, 5433, "tcp")
    assert not {"cidrIpv4", "cidrIpv6", "prefixListId"} & way_in.inputs.keys()
    assert cloud.of(aws.vpc.SecurityGroupEgressRule) == []


def test_no_trial_is_made_where_none_is_wanted(cloud: Cloud) -> None:
    build(cloud)
    assert cloud.of(aws.backup.RestoreTestingPlan) == []


def told(cloud: Cloud, kind: str, **detail: str) -> bool:
    """Return whether the rule passes an event on, as EventBridge matches it."""
    pattern = EventPattern.load(cloud.only(aws.cloudwatch.EventRule).inputs["eventPattern"])
    event: Any = {"source": "aws.backup", "detail-type": kind, "account": "123456789012", "detail": detail}
    return bool(pattern.matches_event(event))


# AWS Backup developer guide, eventbridge: restores tell `status`, the others `state`
JOBS = {"Backup Job State Change": "state", "Copy Job State Change": "state", "Restore Job State Change": "status"}


def test_whatever_did_not_end_well_is_told(cloud: Cloud) -> None:
    build(cloud, restore_tests=True)
    assert cloud.only(aws.cloudwatch.EventTarget).inputs["arn"] == TOPIC
    ours = cloud.only(aws.backup.Selection).inputs["iamRoleArn"]
    assert ours.startswith("arn:aws:iam::")
    for kind, key in JOBS.items():
        for state in ("ABORTED", "EXPIRED", "FAILED", "PARTIAL"):
            assert told(cloud, kind, iamRoleArn=ours, **{key: state})
            assert told(cloud, kind, **{key: state})
            assert not told(cloud, kind, iamRoleArn="arn:aws:iam::123456789012:role/other", **{key: state})
        assert not told(cloud, kind, iamRoleArn=ours, **{key: "COMPLETED"})
    assert not told(cloud, "Backup Vault State Change", iamRoleArn=ours, state="FAILED")


def test_a_budget_counts_this_stack_alone_and_speaks_before_it_is_spent(cloud: Cloud) -> None:
    tags = {"Project": "orders", "Environment": "dev"}
    args = BudgetArgs(monthly_usd=250, cost_tags=tags, alarms=ALARMS, tags=TAGS)
    cloud.build(lambda: Budget("budget", args))
    budget = cloud.only(aws.budgets.Budget).inputs
    assert (budget["limitAmount"], budget["timeUnit"]) == ("250", "MONTHLY")
    assert [each["tags"] for each in budget["filterExpression"]["ands"]] == [
        {"key": "Project", "values": ["orders"]},
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


def anomalies(cloud: Cloud, monitor_arn: str | None) -> dict[str, Any]:
    args = CostAnomaliesArgs(least_usd=50, monitor_arn=monitor_arn, project="orders", alarms=ALARMS, tags=TAGS)
    cloud.build(lambda: CostAnomalies("anomalies", args))
    return dict(cloud.only(aws.costexplorer.AnomalySubscription).inputs)


def test_unusual_cost_of_the_project_tells_the_topic_at_once(cloud: Cloud) -> None:
    told = anomalies(cloud, None)
    assert (told["frequency"], told["subscribers"]) == ("IMMEDIATE", [{"type": "SNS", "address": TOPIC}])
    assert told["thresholdExpression"]["dimension"]["values"] == ["50"]
    monitor = cloud.only(aws.costexplorer.AnomalyMonitor).inputs
    # one of all services is the account's, which has one
    assert monitor["monitorType"] == "CUSTOM"
    assert json.loads(monitor["monitorSpecification"])["Tags"] == {
        "Key": "Project",
        "MatchOptions": None,
        "Values": ["orders"],
    }


def test_a_monitor_that_the_account_has_is_heard(cloud: Cloud) -> None:
    theirs = "arn:aws:ce::123456789012:anomalymonitor/0"
    assert anomalies(cloud, theirs)["monitorArnLists"] == [theirs]
    assert not cloud.of(aws.costexplorer.AnomalyMonitor)


def test_a_monitor_is_named_only_where_it_is_heard() -> None:
    with pytest.raises(ValueError, match="is heard only with cost_anomaly_usd"):
        BackupSettings(cost_anomaly_monitor_arn="arn:aws:ce::123456789012:anomalymonitor/0")
