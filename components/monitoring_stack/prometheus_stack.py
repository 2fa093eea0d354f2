"""Prometheus, Alertmanager and Grafana."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s
import pulumi_random as random

from ..shared.existing_secrets import lookup_secret
from ..shared.iam_documents import Statement, allow
from ..shared.pod_role import PodRole, PodRoleArgs
from ..shared.secret_reader import SecretReader, SecretReaderArgs
from ..shared.stored_secret import StoredSecret, StoredSecretArgs
from ..shared.watch import Watch
from .alert_routes import alertmanager_config, notification_secrets
from .charts.grafana import GRAFANA_ACCOUNT, SIDECAR_RULE, grafana_values
from .charts.kube_prometheus_stack import ALERTMANAGER_ACCOUNT, prometheus_values
from .charts.prometheus_roles import PROMETHEUS_RIGHTS, AccountRights
from .cloudwatch_reading import reads_cloudwatch
from .settings.monitoring import MonitoringSettings

PROMETHEUS_CHARTS = "https://prometheus-community.github.io/helm-charts"
RBAC_GROUP = "rbac.authorization.k8s.io"
# keys of the Secret that Grafana reads
GRAFANA_USER, GRAFANA_PASSWORD = "admin-user", "admin-password"


@dataclass(frozen=True, kw_only=True)
class PrometheusStackArgs:
    """How much is kept and who is told (settings), where it runs, what is watched, and the topic of the alarms."""

    settings: MonitoringSettings
    namespace: pulumi.Input[str]
    namespace_name: str
    node_namespace: pulumi.Input[str]
    watch: Watch
    cluster_name: pulumi.Input[str]
    cluster_arn: pulumi.Input[str]
    alarm_topic_arn: pulumi.Input[str]
    alarm_key_arn: pulumi.Input[str]
    labels: Mapping[str, str]
    region: str
    kms_key_arn: pulumi.Input[str]
    secret_operator_role_arn: pulumi.Input[str]
    reader_role_path: str
    loki_url: str
    tags: Mapping[str, str]


class PrometheusStack(pulumi.ComponentResource):
    """The release of kube-prometheus-stack, Grafana's login, their Secrets, and their roles in the cluster and in AWS.

    Alertmanager publishes to the alarms' topic, Grafana reads CloudWatch, and neither may do more.
    """

    grafana_secret_arn: pulumi.Output[str]

    def __init__(self, name: str, args: PrometheusStackArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:monitoring_stack:PrometheusStack", name, {}, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        login = self._grafana_login()
        secrets = self._secrets(login)
        self._release = self._prometheus(secrets, [*self._roles(), *self._rights()])
        self.grafana_secret_arn = login.arn
        self._scrape_secret = secrets.get("scrape")
        self.register_outputs({"grafana_secret_arn": self.grafana_secret_arn})

    @property
    def release(self) -> k8s.helm.v3.Release:
        """What brings the kinds of rules, monitors and probes: whoever makes one depends on it."""
        return self._release

    @property
    def scrape_secret(self) -> pulumi.Output[str] | None:
        """The name of the Secret of the tokens that pods want, if any do."""
        return self._scrape_secret

    def _grafana_login(self) -> StoredSecret:
        password = random.RandomPassword(f"{self._name}-grafana", length=32, special=False, opts=self._child).result
        kept = StoredSecretArgs(
            purpose="How to log in to Grafana",
            kms_key_arn=self._args.kms_key_arn,
            fields={"username": "admin", "password": password},
            tags=self._args.tags,
        )
        return StoredSecret(f"{self._name}-grafana-login", kept, self._child)

    def _secrets(self, login: StoredSecret) -> Mapping[str, pulumi.Output[str]]:
        args = self._args
        reader_args = SecretReaderArgs(
            namespace=args.namespace,
            labels=args.labels,
            secrets={
                "grafana": {GRAFANA_USER: login.field("username"), GRAFANA_PASSWORD: login.field("password")},
                "scrape": args.watch.secrets,
                "alerts": {
                    file: lookup_secret(name, None, pulumi.InvokeOutputOptions(parent=self))
                    for file, name in notification_secrets(args.settings.notifications).items()
                },
            },
            operator_role_arn=args.secret_operator_role_arn,
            role_path=args.reader_role_path,
            region=args.region,
            tags=args.tags,
        )
        return SecretReader(f"{self._name}-secrets", reader_args, self._child).names

    def _roles(self) -> list[pulumi.Resource]:
        args, lookup = self._args, pulumi.InvokeOutputOptions(parent=self)
        tells = [
            allow("TellsPeople", ["sns:Publish"], [args.alarm_topic_arn]),
            allow("EncryptsWhatItTells", ["kms:Decrypt", "kms:GenerateDataKey"], [args.alarm_key_arn]),
        ]
        reads = reads_cloudwatch(
            args.watch.log_groups,
            partition=aws.get_partition_output(opts=lookup).partition,
            account=aws.get_caller_identity_output(opts=lookup).account_id,
            region=args.region,
        )
        return [self._role(ALERTMANAGER_ACCOUNT, tells), self._role(GRAFANA_ACCOUNT, reads)]

    def _rights(self) -> Iterator[pulumi.Resource]:
        grafana = AccountRights(account=GRAFANA_ACCOUNT, own=[SIDECAR_RULE])
        for rights in (*PROMETHEUS_RIGHTS, grafana):
            if rights.own:
                yield self._own_rights(rights)
            if rights.everywhere:
                yield self._cluster_rights(rights)

    def _own_rights(self, rights: AccountRights) -> pulumi.Resource:
        args = self._args
        meta = k8s.meta.v1.ObjectMetaArgs(namespace=args.namespace, labels=dict(args.labels))
        role = k8s.rbac.v1.Role(
            f"{self._name}-{rights.account}-rights",
            metadata=meta,
            rules=[k8s.rbac.v1.PolicyRuleArgs(**rule) for rule in rights.own],
            opts=self._child,
        )
        return k8s.rbac.v1.RoleBinding(
            f"{self._name}-{rights.account}-binding",
            metadata=meta,
            role_ref=k8s.rbac.v1.RoleRefArgs(api_group=RBAC_GROUP, kind="Role", name=role.metadata.name),
            subjects=[self._account(rights)],
            opts=self._child,
        )

    def _cluster_rights(self, rights: AccountRights) -> pulumi.Resource:
        meta = k8s.meta.v1.ObjectMetaArgs(labels=dict(self._args.labels))
        role = k8s.rbac.v1.ClusterRole(
            f"{self._name}-{rights.account}-cluster-rights",
            metadata=meta,
            rules=[k8s.rbac.v1.PolicyRuleArgs(**rule) for rule in rights.everywhere],
            opts=self._child,
        )
        return k8s.rbac.v1.ClusterRoleBinding(
            f"{self._name}-{rights.account}-cluster-binding",
            metadata=meta,
            role_ref=k8s.rbac.v1.RoleRefArgs(api_group=RBAC_GROUP, kind="ClusterRole", name=role.metadata.name),
            subjects=[self._account(rights)],
            opts=self._child,
        )

    def _account(self, rights: AccountRights) -> k8s.rbac.v1.SubjectArgs:
        return k8s.rbac.v1.SubjectArgs(kind="ServiceAccount", name=rights.account, namespace=self._args.namespace)

    def _role(self, service_account: str, statements: Sequence[Statement]) -> PodRole:
        args = self._args
        role_args = PodRoleArgs(
            cluster_name=args.cluster_name,
            cluster_arn=args.cluster_arn,
            namespace=args.namespace_name,
            service_account=service_account,
            statements=statements,
            tags=args.tags,
        )
        return PodRole(f"{self._name}-{service_account}-role", role_args, self._child)

    def _prometheus(
        self, secrets: Mapping[str, pulumi.Output[str]], roles: Sequence[pulumi.Resource]
    ) -> k8s.helm.v3.Release:
        args = self._args
        routes = alertmanager_config(
            args.settings.notifications,
            topic_arn=args.alarm_topic_arn,
            region=args.region,
            fall_with_cluster=[alert.name for alert in args.watch.alerts if alert.falls_with_cluster],
        )
        grafana = grafana_values(
            args.settings,
            namespace=args.namespace_name,
            login=secrets["grafana"],
            region=args.region,
            loki_url=args.loki_url,
            traced_namespaces=args.watch.namespaces,
        )
        return k8s.helm.v3.Release(
            f"{self._name}-prometheus",
            chart="kube-prometheus-stack",
            version=args.settings.prometheus_chart_version,
            namespace=args.namespace,
            repository_opts=k8s.helm.v3.RepositoryOptsArgs(repo=PROMETHEUS_CHARTS),
            atomic=True,
            timeout=900,
            values=prometheus_values(
                args.settings,
                namespace=args.namespace_name,
                node_namespace=args.node_namespace,
                cluster_name=args.cluster_name,
                alertmanager=routes,
                alertmanager_files=secrets.get("alerts"),
                grafana=grafana,
            ),
            # the pods start with their roles or without them for good; no value names a role
            opts=pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=list(roles))),
        )
