"""What holds data in a stack, thing by thing: a plan backs it up, it can be restored, and somebody is told if not.

Computed from what the program makes for every shape that has backups; what AWS Backup need not keep has its reason.
"""

import json
from functools import cache
from typing import Any, get_args

import pytest
from moto.events.models import EventPattern

from components.backups import BackupSettings, backups_watch
from components.shared.backup_schedule import Kind
from testing.cloud import Cloud, Created
from tools import shapes

SHAPES = ("prod", "prod-blue-green", "prod-with-a-pipeline", "staging", "staging-without-a-domain")
# its plan names a server that the stack did not make
OTHERS = "dev-with-servers-of-ones-own"
# what AWS Backup takes, as it calls its kinds (AWS Backup developer guide, feature availability by resource)
BACKED_UP = {
    "aws:dynamodb/table:Table": "DynamoDB",
    "aws:efs/fileSystem:FileSystem": "EFS",
    "aws:eks/cluster:Cluster": "EKS",
    "aws:rds/instance:Instance": "RDS",
    "aws:s3/bucket:Bucket": "S3",
}
NOT_BACKED_UP = {
    "access-kept-bucket": "access logs, which expire",
    "edge-static-files-bucket": "files of a build, which is published again",
    "monitoring-logs-s3-data-bucket": "logs, which expire",
    "monitoring-traces-s3-data-bucket": "traces, which expire",
}
# What the role needs for each kind, to back it up and to restore it: AWS's own policies ("Managed policies for AWS
# Backup": EKS and RDS are in the first pair).
POLICIES = {
    "EKS": {"AWSBackupServiceRolePolicyForBackup", "AWSBackupServiceRolePolicyForRestores"},
    "RDS": {"AWSBackupServiceRolePolicyForBackup", "AWSBackupServiceRolePolicyForRestores"},
    "S3": {"AWSBackupServiceRolePolicyForS3Backup", "AWSBackupServiceRolePolicyForS3Restore"},
}
# an hour before a window of RDS's own no job begins (AWS Backup developer guide, troubleshooting)
CLOSED_BEFORE = 60
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY, WEEK = 24 * 60, 7 * 24 * 60


@cache
def cloud(shape: str) -> Cloud:
    return shapes.made(shape).cloud


def holding(shape: str) -> dict[str, Created]:
    """Return what AWS Backup could keep, by name."""
    return {each.name: each for each in cloud(shape).created if each.type in BACKED_UP}


def selections(shape: str, thing: Created) -> list[Created]:
    """Return the selections that name a thing: by its ARN, for what tags choose waits for the account to opt in."""
    return [each for each in cloud(shape).of("aws:backup/selection:Selection") if thing.urn in each.depends_on]


def minutes(text: str) -> int:
    """Return a moment of the week, such as `sun:03:30`, or of a day."""
    *day, hours, minute = text.split(":")
    return (DAYS.index(day[0]) * DAY if day else 0) + int(hours) * 60 + int(minute)


def closed(instance: Created) -> set[int]:
    """Return the minutes of the week in which no job may begin."""
    taken: set[int] = set()
    for window, period in (
        (instance.inputs["backupWindow"], DAY),
        (instance.inputs["maintenanceWindow"], WEEK),
    ):
        begin, end = map(minutes, window.split("-"))
        length = (end - begin) % period
        for start in range(begin, WEEK, period):
            taken |= {minute % WEEK for minute in range(start - CLOSED_BEFORE, start + length)}
    return taken


def begins(rule: dict[str, Any]) -> set[int]:
    """Return the minutes of the week in which a plan's jobs may begin."""
    minute, hour = rule["schedule"].removeprefix("cron(").split()[:2]
    first = int(hour) * 60 + int(minute)
    return {(day * DAY + first + late) % WEEK for day in range(7) for late in range(int(rule["startWindow"]))}


@pytest.mark.parametrize("shape", SHAPES)
def test_whatever_holds_data_is_in_a_plan_or_has_a_reason(shape: str) -> None:
    things = holding(shape)
    assert {"app-storage-bucket", "cluster-cluster", "db-instance"} <= things.keys()
    forgotten = [name for name, thing in things.items() if not selections(shape, thing) and name not in NOT_BACKED_UP]
    assert forgotten == []
    assert [name for name in NOT_BACKED_UP if name not in things or selections(shape, things[name])] == []


@pytest.mark.parametrize("shape", SHAPES)
def test_each_has_a_plan_that_is_due_every_day_when_it_may_begin(shape: str) -> None:
    made = cloud(shape)
    for thing in holding(shape).values():
        for selection in selections(shape, thing):
            assert len(selection.inputs["resources"]) == len(
                [each for each in holding(shape).values() if each.urn in selection.depends_on]
            )
            (plan,) = [each for each in made.of("aws:backup/plan:Plan") if each.urn in selection.depends_on]
            (rule,) = plan.inputs["rules"]
            assert rule["schedule"].split()[2:] == ["*", "*", "?", "*)"]
            # production's floor; staging may be small
            assert rule["lifecycle"]["deleteAfter"] >= (7 if shape.startswith("staging") else 30)
            if thing.type == "aws:rds/instance:Instance":
                assert begins(rule) & closed(thing) == set()


@pytest.mark.parametrize("shape", SHAPES)
def test_the_role_may_back_up_and_restore_each_kind(shape: str) -> None:
    made = cloud(shape)
    for thing in holding(shape).values():
        for selection in selections(shape, thing):
            (role,) = [each for each in made.of("aws:iam/role:Role") if each.urn in selection.depends_on]
            attached = {
                each.inputs["policyArn"].rpartition("/")[2]
                for each in made.of("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
                # the first job would begin without what comes later
                if role.urn in each.depends_on and each.urn in selection.depends_on
            }
            assert POLICIES[BACKED_UP[thing.type]] <= attached, thing.name


@pytest.mark.parametrize("shape", SHAPES)
def test_a_bucket_that_is_backed_up_keeps_versions(shape: str) -> None:
    # AWS Backup takes no other (AWS Backup developer guide, s3-backups: prerequisites)
    versioned = {
        urn
        for each in cloud(shape).of("aws:s3/bucketVersioning:BucketVersioning")
        if each.inputs["versioningConfiguration"]["status"] == "Enabled"
        for urn in each.depends_on
    }
    buckets = [each for each in holding(shape).values() if BACKED_UP[each.type] == "S3" and selections(shape, each)]
    assert buckets
    assert [each.name for each in buckets if each.urn not in versioned] == []


@pytest.mark.parametrize("shape", SHAPES)
def test_a_database_is_restored_as_a_trial_into_its_own_network_where_the_cluster_alone_reaches_it(shape: str) -> None:
    made = cloud(shape)
    for instance in made.of("aws:rds/instance:Instance"):
        (trial,) = [
            each
            for each in made.of("aws:backup/restoreTestingSelection:RestoreTestingSelection")
            if instance.urn in each.depends_on and len(each.inputs["protectedResourceArns"]) == 1
        ]
        told = trial.inputs["restoreMetadataOverrides"]
        # without a name AWS Backup takes the account's default VPC, or fails for want of one
        assert told["dbSubnetGroupName"] == instance.inputs["dbSubnetGroupName"]
        assert told["publiclyAccessible"] == "false"
        (group,) = [each for each in made.of("aws:ec2/securityGroup:SecurityGroup") if each.urn in trial.depends_on]
        assert len(json.loads(told["vpcSecurityGroupIds"])) == 1
        rules = [*made.of("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")]
        rules += made.of("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")
        (rule,) = [each for each in rules if group.urn in each.depends_on]
        (cluster,) = made.of("aws:eks/cluster:Cluster")
        assert cluster.urn in rule.depends_on
        assert (rule.inputs["fromPort"], rule.inputs["toPort"], rule.inputs["ipProtocol"]) == (5432, 5432, "tcp")


@pytest.mark.parametrize("shape", [*SHAPES, OTHERS])
def test_each_trial_is_looked_into_by_whoever_may_give_its_verdict(shape: str) -> None:
    made = cloud(shape)
    (plan,) = made.of("aws:backup/restoreTestingPlan:RestoreTestingPlan")
    (job,) = [each for each in made.of("kubernetes:batch/v1:CronJob") if plan.urn in each.depends_on]
    pod = job.inputs["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (held,) = [
        each
        for each in made.of("aws:eks/podIdentityAssociation:PodIdentityAssociation")
        if each.inputs["serviceAccount"] == pod["serviceAccountName"]
    ]
    assert held.urn in job.depends_on
    (role,) = [each for each in made.of("aws:iam/role:Role") if each.urn in held.depends_on]
    (policy,) = [each for each in made.of("aws:iam/rolePolicy:RolePolicy") if role.urn in each.depends_on]
    actions = {action for each in json.loads(policy.inputs["policy"])["Statement"] for action in each["Action"]}
    assert {"backup:ListRestoreJobs", "backup:PutRestoreValidationResult", "rds:DescribeDBInstances"} <= actions


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", sorted(POLICIES))
@pytest.mark.parametrize("state", ["ABORTED", "EXPIRED", "FAILED", "PARTIAL"])
def test_somebody_is_told_when_a_job_of_a_kind_does_not_end_well(shape: str, kind: str, state: str) -> None:
    made = cloud(shape)
    event: Any = {
        "source": "aws.backup",
        "detail-type": "Backup Job State Change",
        "detail": {"state": state, "resourceType": kind},
    }
    heard = [
        rule
        for rule in made.of("aws:cloudwatch/eventRule:EventRule")
        if EventPattern.load(rule.inputs["eventPattern"]).matches_event(event)
    ]
    (rule,) = heard
    (target,) = [each for each in made.of("aws:cloudwatch/eventTarget:EventTarget") if rule.urn in each.depends_on]
    mails = [
        each
        for each in made.of("aws:sns/topicSubscription:TopicSubscription")
        if each.inputs["protocol"] == "email" and each.inputs["topic"] == target.inputs["arn"]
    ]
    assert mails


def test_somebody_is_told_when_no_job_of_a_kind_ends_at_all() -> None:
    groups = backups_watch(BackupSettings(), get_args(Kind), "orders-test").cloudwatch.groups
    (alert,) = [each for group in groups for each in group.alerts if each.name == "BackupTooOld"]
    assert set(get_args(Kind)) == set(POLICIES)
    for kind in POLICIES:
        assert f'dimension_ResourceType="{kind}"' in alert.expression


@pytest.mark.parametrize("shape", sorted(set(shapes.SHAPES) - {*SHAPES, OTHERS}))
def test_without_aws_backup_database_and_cache_keep_their_own(shape: str) -> None:
    made = cloud(shape)
    assert made.of("aws:backup/plan:Plan") == []
    for instance in made.of("aws:rds/instance:Instance"):
        assert instance.inputs["backupRetentionPeriod"] >= 1
