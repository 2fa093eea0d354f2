"""Looks into the database that AWS Backup has restored as a trial, and gives AWS Backup its verdict."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s

from ..shared.iam_documents import Statement, allow, distinct, read_secrets
from ..shared.isolated_namespace import IsolatedNamespace, IsolatedNamespaceArgs
from ..shared.namespace_bounds import namespace_bounds
from ..shared.network_policies import NetworkRanges, Spec, outbound
from ..shared.node_image import NodeImage
from ..shared.node_script import CPU_MILLICORES, FILES_AT, MEMORY_LIMIT_MIB
from ..shared.pod_role import PodRole, PodRoleArgs
from ..shared.references import ClusterRef, InstanceRef, NetworkRef
from ..shared.scheduled_script import ScheduledScript
from .watch import RESTORES

NAMESPACE = SERVICE_ACCOUNT = "restore-check"
SCRIPT = Path(__file__).parent / "assets" / "restore_check.cjs"
JSON_LOGS = Path(__file__).parents[1] / "shared" / "assets" / "json_logs.cjs"
CERTIFICATES = "rds-ca.pem"
# so that a trial is looked at several times before AWS Backup deletes it (VALIDATION_HOURS)
SCHEDULE = "20 * * * *"
RETRIES, LONGEST_SECONDS, LATE_SECONDS = 1, 2700, 1800
# AWS Backup names what it restores as a trial so (AWS Backup developer guide, restore-testing-inferred-metadata)
TRIALS = "awsbackup-restore-test-*"
# one that runs, one that is ending, and one begun by hand
MOST_PODS = 3


def restore_check_policies(ranges: NetworkRanges) -> dict[str, Spec]:
    """Return the policies of the check: it reaches where databases lie and AWS, and nobody reaches it."""
    return {**outbound(ranges), "database": ranges.to_database()}


@dataclass(frozen=True, kw_only=True)
class RestoreCheckArgs:
    """The plan whose trials are looked into, what they are copies of, and where the check runs.

    `stack_name` is the dimension by which its figures are told apart.
    """

    plan_arn: pulumi.Input[str]
    instance: InstanceRef
    stack_name: str
    tools_image: NodeImage
    cluster: ClusterRef
    network: NetworkRef
    tags: Mapping[str, str]


class RestoreCheck(pulumi.ComponentResource):
    """A CronJob that logs in to a trial as the application does, counts tables and rows, and says what it found.

    It reaches whatever lies in the data subnets on the database's port, and has the application's login: no more than
    the application itself. It may ask of trials alone where they are, and change nothing but verdicts.
    """

    def __init__(self, name: str, args: RestoreCheckArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:backups:RestoreCheck", name, {}, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self._partition = aws.get_partition_output(opts=pulumi.InvokeOutputOptions(parent=self))
        home = IsolatedNamespace(
            name,
            IsolatedNamespaceArgs(
                namespace=NAMESPACE, labels=_labels(), policies=restore_check_policies(args.network.ranges)
            ),
            self._child,
        )
        namespace_bounds(
            name,
            namespace=home.namespace,
            quota={
                "pods": str(MOST_PODS),
                "requests.cpu": f"{MOST_PODS * CPU_MILLICORES}m",
                "requests.memory": f"{MOST_PODS * MEMORY_LIMIT_MIB}Mi",
                "persistentvolumeclaims": "0",
                "services.loadbalancers": "0",
                "services.nodeports": "0",
            },
            most_memory_mib=MEMORY_LIMIT_MIB,
            labels=_labels(),
            opts=self._child,
        )
        self._job(home.namespace, self._role())
        self.register_outputs({})

    def _role(self) -> PodRole:
        args = self._args
        return PodRole(
            f"{self._name}-role",
            PodRoleArgs(
                cluster_name=args.cluster.name,
                cluster_arn=args.cluster.arn,
                namespace=NAMESPACE,
                service_account=SERVICE_ACCOUNT,
                statements=[*self._judges(), *self._logs_in()],
                tags=args.tags,
            ),
            self._child,
        )

    def _judges(self) -> list[Statement]:
        lookup = pulumi.InvokeOutputOptions(parent=self)
        account = aws.get_caller_identity_output(opts=lookup).account_id
        rds = pulumi.Output.concat(
            "arn:", self._partition.partition, f":rds:{self._args.network.region}:", account, f":db:{TRIALS}"
        )
        return [
            # both about no resource (Service Authorization Reference, AWS Backup)
            allow("JudgesTrials", ["backup:ListRestoreJobs", "backup:PutRestoreValidationResult"], ["*"]),
            allow("FindsTheirAddress", ["rds:DescribeDBInstances"], [rds]),
            allow(
                "TellsHowItWent",
                ["cloudwatch:PutMetricData"],
                ["*"],
                conditions={"StringEquals": {"cloudwatch:namespace": RESTORES.namespace}},
            ),
        ]

    def _logs_in(self) -> list[Statement]:
        passwords = [each.password for each in self._args.instance.logins]
        keys = [each.key_arn for each in passwords if each.key_arn is not None]
        return read_secrets(
            distinct([each.arn for each in passwords]),
            kms_key_arns=distinct(keys) if keys else None,
            region=self._args.network.region,
        )

    def _job(self, namespace: pulumi.Output[str], role: PodRole) -> None:
        args = self._args
        meta = k8s.meta.v1.ObjectMetaArgs(namespace=namespace, labels=_labels())
        account = k8s.core.v1.ServiceAccount(
            f"{self._name}-account",
            metadata=k8s.meta.v1.ObjectMetaArgs(name=SERVICE_ACCOUNT, namespace=namespace, labels=_labels()),
            automount_service_account_token=False,
            opts=self._child,
        )
        files = k8s.core.v1.ConfigMap(
            f"{self._name}-files",
            metadata=meta,
            data={
                **{path.name: path.read_text() for path in (SCRIPT, JSON_LOGS)},
                CERTIFICATES: args.instance.certificates,
            },
            immutable=True,
            opts=self._child,
        )
        script = ScheduledScript(
            schedule=SCHEDULE,
            script=SCRIPT.name,
            files=files.metadata.name,
            account=role.granted_to(account.metadata.name),
            image=args.tools_image,
            labels=_labels(),
            environment={
                "AWS_REGION": args.network.region,
                "DATABASE_NAME": args.instance.database_name,
                "DNS_SUFFIX": self._partition.dns_suffix,
                "LOGINS": _logins(args.instance),
                "NODE_EXTRA_CA_CERTS": f"{FILES_AT}/{CERTIFICATES}",
                "PLAN_ARN": args.plan_arn,
                "STACK": args.stack_name,
            },
            late_seconds=LATE_SECONDS,
            longest_seconds=LONGEST_SECONDS,
            retries=RETRIES,
        )
        k8s.batch.v1.CronJob(f"{self._name}-job", metadata=meta, spec=script.spec(), opts=self._child)


def _logins(instance: InstanceRef) -> pulumi.Output[str]:
    known = [
        pulumi.Output.all(username=each.username, secret=each.password.arn, field=each.password.field)
        for each in instance.logins
    ]
    return pulumi.Output.all(*known).apply(json.dumps)


def _labels() -> dict[str, str]:
    return {
        "app.kubernetes.io/name": NAMESPACE,
        "app.kubernetes.io/part-of": "platform",
        "app.kubernetes.io/managed-by": "pulumi",
    }
