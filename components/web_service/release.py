"""A service's pods of one image: what makes them ready, every process, and the way to the load balancer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pulumi
import pulumi_kubernetes as k8s

from .migration_job import MigrationJob, MigrationJobArgs
from .process import Migration, Process, Release
from .queue_scaler import QueueServer
from .workload import Workload, WorkloadArgs

if TYPE_CHECKING:
    from pulumi_kubernetes.core.v1 import EnvFromSourceArgsDict

COMPONENT = "app.kubernetes.io/component"


@dataclass(frozen=True, kw_only=True)
class ServiceReleaseArgs:
    """What runs (release, migration), as whom, and with what; `labels` tell one release from another.

    `environment` are the service's variables that are plain, and `secrets` its Secrets by role: each key of
    `environment` is a variable of all pods, and the others are for who asks for them, a process or the migration.
    """

    release: Release
    labels: Mapping[str, str]
    namespace: pulumi.Input[str]
    service_account: pulumi.Input[str]
    priority_class: pulumi.Input[str]
    environment: Mapping[str, pulumi.Input[str]]
    secrets: Mapping[str, pulumi.Input[str]]
    target_group_arn: pulumi.Input[str]
    controllers: pulumi.Resource
    files: Mapping[str, str] = field(default_factory=dict)
    files_at: str = ""
    migration: Migration | None = None
    queue_server: QueueServer | None = None
    queue_autoscaler: pulumi.Resource | None = None


class ServiceRelease(pulumi.ComponentResource):
    """One release. Two of them may stand side by side, and share nothing but the Secrets and the database."""

    service_name: pulumi.Output[str]

    def __init__(self, name: str, args: ServiceReleaseArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:web_service:ServiceRelease", name, {}, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        files, env_from = self._files(), self._environment()
        # pods find tables and keys in their places; no property of theirs names the Job that puts them there
        before: list[pulumi.Resource] = []
        if args.migration is not None:
            before.append(self._migration(args.migration, files, env_from))
        after = pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=before))
        made = {each.name: self._workload(each, files, env_from, after) for each in args.release.processes}
        self.service_name = self._registration(made[args.release.web.name])
        self.register_outputs({"service_name": self.service_name})

    def _labels(self, component: str) -> dict[str, str]:
        return {**self._args.labels, COMPONENT: component}

    def _meta(self, labels: Mapping[str, str]) -> k8s.meta.v1.ObjectMetaArgs:
        return k8s.meta.v1.ObjectMetaArgs(namespace=self._args.namespace, labels=dict(labels))

    def _files(self) -> pulumi.Output[str] | None:
        if not self._args.files:
            return None
        return k8s.core.v1.ConfigMap(
            f"{self._name}-files",
            metadata=self._meta(self._args.labels),
            data=dict(self._args.files),
            immutable=True,
            opts=self._child,
        ).metadata.name

    def _environment(self) -> "list[EnvFromSourceArgsDict]":
        args = self._args
        plain = k8s.core.v1.ConfigMap(
            f"{self._name}-environment",
            metadata=self._meta(args.labels),
            data={**args.environment, **args.release.environment},
            immutable=True,
            opts=self._child,
        )
        sources: list[EnvFromSourceArgsDict] = [{"config_map_ref": {"name": plain.metadata.name}}]
        if "environment" in args.secrets:
            sources.append({"secret_ref": {"name": args.secrets["environment"]}})
        return sources

    def _own(self, roles: Sequence[str]) -> "list[EnvFromSourceArgsDict]":
        return [{"secret_ref": {"name": self._args.secrets[role]}} for role in roles]

    def _migration(
        self, migration: Migration, files: pulumi.Output[str] | None, env_from: "list[EnvFromSourceArgsDict]"
    ) -> MigrationJob:
        args = self._args
        return MigrationJob(
            f"{self._name}-{migration.name}",
            MigrationJobArgs(
                migration=migration,
                image=migration.image or args.release.image,
                namespace=args.namespace,
                labels=self._labels(migration.name),
                env_from=[*env_from, *self._own(migration.secrets)],
                files=files,
                files_at=args.files_at,
            ),
            self._child,
        )

    def _workload(
        self,
        process: Process,
        files: pulumi.Output[str] | None,
        env_from: "list[EnvFromSourceArgsDict]",
        opts: pulumi.ResourceOptions,
    ) -> Workload:
        args = self._args
        return Workload(
            f"{self._name}-{process.name}",
            WorkloadArgs(
                process=process,
                image=args.release.image,
                namespace=args.namespace,
                labels=self._labels(process.name),
                service_account=args.service_account,
                priority_class=args.priority_class,
                env_from=[*env_from, *self._own(process.secrets)],
                files=files,
                files_at=args.files_at,
                served=args.release.served,
                queue_server=args.queue_server,
                queue_secret=args.secrets.get(args.queue_server.secret) if args.queue_server else None,
                queue_autoscaler=args.queue_autoscaler,
            ),
            opts,
        )

    def _registration(self, workload: Workload) -> pulumi.Output[str]:
        port, labels = self._args.release.port, self._labels(self._args.release.web.name)
        service = k8s.core.v1.Service(
            f"{self._name}-service",
            metadata=self._meta(labels),
            spec={
                "type": "ClusterIP",
                "selector": labels,
                # the network policy engine wants the service's port to be the container's
                "ports": [{"name": "http", "port": port, "target_port": port}],
            },
            # Pulumi waits until somebody stands behind it, which is long after it could be made
            opts=pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=[workload])),
        )
        k8s.apiextensions.CustomResource(
            f"{self._name}-registration",
            api_version="elbv2.k8s.aws/v1beta1",
            kind="TargetGroupBinding",
            metadata=self._meta(self._args.labels),
            spec={
                "targetGroupARN": self._args.target_group_arn,
                "targetType": "ip",
                "serviceRef": {"name": service.metadata.name, "port": port},
            },
            # the kind comes with the controller's chart, and no property says so
            opts=pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=[self._args.controllers])),
        )
        return service.metadata.name.apply(str)
