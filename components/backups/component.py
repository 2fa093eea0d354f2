"""Backups of what holds data, kept where nobody deletes them in a hurry, and tried every week."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from ..shared.backup_schedule import (
    COMPLETE_MINUTES,
    RESTORE_TEST_SCHEDULE,
    ROLE_POLICIES,
    START_MINUTES,
    Kind,
    failed_jobs,
    least_retention_days,
    restore_testing_name,
    schedule,
)
from ..shared.client_group import ClientGroup, ClientGroupArgs
from ..shared.data_key import DataKey, DataKeyArgs
from ..shared.iam_documents import service_trust
from ..shared.references import AlarmTarget, InstanceRef, NetworkRef
from .settings import BackupSettings

# A restored copy stands until somebody has given a verdict, and so long at most: `restore_check` looks every hour.
VALIDATION_HOURS = 4


@dataclass(frozen=True, kw_only=True)
class BackupsArgs:
    """How long backups are kept (settings), of what, by kind, what is restored as a trial, and who hears of failures.

    `alarms` is a topic that EventBridge may publish to; `clients` are who may look into what was restored, security
    groups by role.
    """

    settings: BackupSettings
    stack_name: str
    network: NetworkRef
    resource_arns: Mapping[Kind, pulumi.Input[str]]
    trial: InstanceRef | None
    clients: Mapping[str, pulumi.Input[str]]
    alarms: AlarmTarget
    tags: Mapping[str, str]


class Backups(pulumi.ComponentResource):
    """A locked vault, a daily plan, copies elsewhere, restores as a trial.

    What is backed up is named one by one: of what is chosen by tags alone, AWS Backup leaves out the kinds that the
    account has not opted in to (UpdateRegionSettings). A vault that holds backups is not deleted: they go first, and
    the lock says when they may.
    """

    vault_name: pulumi.Output[str]

    def __init__(self, name: str, args: BackupsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:backups:Backups", name, {}, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        # who hears of failures and what a trial restores come and go, and no backup goes with them
        self._unprotected = pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(protect=False))
        vault = self._vault("vault", args.network.region)
        copies = self._vault("copies", args.settings.copy_region) if args.settings.copy_region else None
        plan = self._plan(vault, copies)
        role, granted = self._role()
        aws.backup.Selection(
            f"{name}-selection",
            plan_id=plan.id,
            iam_role_arn=role.arn,
            resources=[arn for _, arn in sorted(args.resource_arns.items())],
            # the first job would begin without its permissions, and no property names them
            opts=pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=granted)),
        )
        self._failures(role)
        self._trial_plan_arn: pulumi.Output[str] | None = None
        if args.settings.restore_tests and args.trial is not None:
            self._trial_plan_arn = self._restore_tests(vault, role, args.trial)
        self.vault_name = vault.name
        self.register_outputs({"vault_name": self.vault_name})

    @property
    def trial_plan_arn(self) -> pulumi.Output[str] | None:
        """The plan by which trials are restored, if any are."""
        return self._trial_plan_arn

    def _vault(self, role: str, region: str) -> aws.backup.Vault:
        args, settings = self._args, self._args.settings
        key = DataKey(
            f"{self._name}-{role}-key", DataKeyArgs(purpose="Backups", region=region, tags=args.tags), self._child
        )
        vault = aws.backup.Vault(
            f"{self._name}-{role}", kms_key_arn=key.arn, region=region, tags=dict(args.tags), opts=self._child
        )
        aws.backup.VaultLockConfiguration(
            f"{self._name}-{role}-lock",
            backup_vault_name=vault.name,
            min_retention_days=least_retention_days(settings.retention_days),
            max_retention_days=settings.retention_days,
            changeable_for_days=settings.lock_grace_days,
            region=region,
            opts=self._child,
        )
        return vault

    def _plan(self, vault: aws.backup.Vault, copies: aws.backup.Vault | None) -> aws.backup.Plan:
        days = self._args.settings.retention_days
        copied = (
            [
                aws.backup.PlanRuleCopyActionArgs(
                    destination_vault_arn=copies.arn,
                    lifecycle=aws.backup.PlanRuleCopyActionLifecycleArgs(delete_after=days),
                )
            ]
            if copies
            else None
        )
        return aws.backup.Plan(
            f"{self._name}-plan",
            rules=[
                aws.backup.PlanRuleArgs(
                    rule_name="daily",
                    target_vault_name=vault.name,
                    schedule=schedule(self._args.settings.daily_at),
                    start_window=START_MINUTES,
                    completion_window=COMPLETE_MINUTES,
                    lifecycle=aws.backup.PlanRuleLifecycleArgs(delete_after=days),
                    copy_actions=copied,
                    recovery_point_tags=dict(self._args.tags),
                )
            ],
            tags=dict(self._args.tags),
            opts=self._child,
        )

    def _role(self) -> tuple[aws.iam.Role, list[pulumi.Resource]]:
        lookup = pulumi.InvokeOutputOptions(parent=self)
        account = aws.get_caller_identity_output(opts=lookup).account_id
        partition = aws.get_partition_output(opts=lookup).partition
        role = aws.iam.Role(
            f"{self._name}-role",
            assume_role_policy=pulumi.Output.json_dumps(service_trust("backup.amazonaws.com", account=account)),
            description="AWS Backup: backs up what holds data, and restores it",
            tags=dict(self._args.tags),
            opts=self._child,
        )
        return role, [
            aws.iam.RolePolicyAttachment(
                f"{self._name}-{purpose}",
                role=role.name,
                policy_arn=pulumi.Output.concat("arn:", partition, ":iam::aws:policy/", policy),
                opts=self._child,
            )
            for purpose, policy in ROLE_POLICIES.items()
        ]

    def _failures(self, role: aws.iam.Role) -> None:
        rule = aws.cloudwatch.EventRule(
            f"{self._name}-failures",
            description="Backups, copies and restores that did not end well",
            event_pattern=pulumi.Output.json_dumps(failed_jobs(role.arn)),
            tags=dict(self._args.tags),
            opts=self._unprotected,
        )
        aws.cloudwatch.EventTarget(
            f"{self._name}-failures-target", rule=rule.name, arn=self._args.alarms.arn, opts=self._unprotected
        )

    def _restore_tests(self, vault: aws.backup.Vault, role: aws.iam.Role, trial: InstanceRef) -> pulumi.Output[str]:
        args = self._args
        plan = aws.backup.RestoreTestingPlan(
            f"{self._name}-trial",
            # it takes no hyphen, which autonaming would put in
            name=restore_testing_name(args.stack_name),
            schedule_expression=RESTORE_TEST_SCHEDULE,
            recovery_point_selection=aws.backup.RestoreTestingPlanRecoveryPointSelectionArgs(
                algorithm="LATEST_WITHIN_WINDOW",
                include_vaults=[vault.arn],
                recovery_point_types=["SNAPSHOT"],
                selection_window_days=min(7, args.settings.retention_days),
            ),
            tags=dict(args.tags),
            opts=self._child,
        )
        # a copy of all data, which whoever checks it reaches and nobody else
        access = ClientGroup(
            f"{self._name}-trial-access",
            ClientGroupArgs(
                purpose="A database restored as a trial: a way in for who checks it, no way out",
                vpc_id=args.network.vpc_id,
                port=trial.port,
                clients=args.clients,
                tags=args.tags,
            ),
            self._unprotected,
        )
        aws.backup.RestoreTestingSelection(
            f"{self._name}-trial-database",
            name="database",
            restore_testing_plan_name=plan.name,
            protected_resource_type="RDS",
            protected_resource_arns=[trial.arn],
            # AWS Backup would restore into the account's default VPC, if there is one (AWS Backup developer guide,
            # restore-testing-inferred-metadata)
            restore_metadata_overrides={
                "dbSubnetGroupName": trial.subnet_group_name,
                "multiAz": "false",
                "publiclyAccessible": "false",
                "vpcSecurityGroupIds": pulumi.Output.json_dumps([access.security_group_id]),
            },
            iam_role_arn=role.arn,
            validation_window_hours=VALIDATION_HOURS,
            opts=self._child,
        )
        return plan.arn
