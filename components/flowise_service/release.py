"""Flowise's pods of one image: what makes them ready, servers, workers, and their way to the load balancer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_kubernetes as k8s

from ..shared.database_certificates import database_certificates
from ..shared.references import CacheRef
from ..shared.telemetry import AgentEndpoint, agent_annotations
from ..web_service.timeouts import Timeouts
from ..web_service.workload import CONTAINER, QueueLength, Workload, WorkloadArgs
from . import environment as env
from .metrics import METRICS_KEY, METRICS_PATH
from .scripts import scripts
from .settings import ServiceSettings
from .setup import FlowiseSetup, FlowiseSetupArgs

if TYPE_CHECKING:
    from pulumi_kubernetes.core.v1 import EnvFromSourceArgsDict

WRITABLE = {"home": f"{env.HOME}/.flowise", "tmp": "/tmp"}


@dataclass(frozen=True, kw_only=True)
class FlowiseReleaseArgs:
    """What runs (settings, image), as whom, and with what; `labels` tell one release from another."""

    settings: ServiceSettings
    image: str
    labels: Mapping[str, str]
    queue_name: str
    region: str
    namespace: pulumi.Input[str]
    account: pulumi.Input[str]
    priority_class: pulumi.Input[str]
    rows: Sequence[env.Row]
    secret_name: pulumi.Input[str]
    setup_secret_name: pulumi.Input[str]
    setup_environment: Mapping[str, pulumi.Input[str]]
    cache: CacheRef
    waits: Timeouts
    target_group_arn: pulumi.Input[str]
    controllers: pulumi.Resource
    queue_autoscaler: pulumi.Resource | None = None  # scales workers by what waits; without it their CPU does
    datadog: bool = False  # agents on the nodes read metrics from the pods


class FlowiseRelease(pulumi.ComponentResource):
    """One release. Two of them may stand side by side: each hands predictions to workers of its own."""

    def __init__(self, name: str, args: FlowiseReleaseArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:flowise_service:FlowiseRelease", name, {}, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self._server = {**args.labels, "app.kubernetes.io/component": "server"}
        self._worker = {**args.labels, "app.kubernetes.io/component": "worker"}
        files = k8s.core.v1.ConfigMap(
            f"{name}-files",
            metadata=self._meta(args.labels),
            data=_files(args.region),
            immutable=True,
            opts=self._child,
        ).metadata.name
        env_from = self._environment()
        setup = self._setup(files, env_from)
        server = self._workloads(files, env_from, setup)
        self._registration(server)
        self.register_outputs({})

    def _meta(self, labels: Mapping[str, str]) -> k8s.meta.v1.ObjectMetaArgs:
        return k8s.meta.v1.ObjectMetaArgs(namespace=self._args.namespace, labels=dict(labels))

    def _environment(self) -> "list[EnvFromSourceArgsDict]":
        plain = k8s.core.v1.ConfigMap(
            f"{self._name}-environment",
            metadata=self._meta(self._args.labels),
            data={**env.plain(self._args.rows), "QUEUE_NAME": self._args.queue_name},
            immutable=True,
            opts=self._child,
        )
        return [
            {"config_map_ref": {"name": plain.metadata.name}},
            {"secret_ref": {"name": self._args.secret_name}},
        ]

    def _setup(self, files: pulumi.Output[str], env_from: "Sequence[EnvFromSourceArgsDict]") -> FlowiseSetup:
        args = self._args
        return FlowiseSetup(
            f"{self._name}-setup",
            FlowiseSetupArgs(
                namespace=args.namespace,
                labels={**args.labels, "app.kubernetes.io/component": "setup"},
                image=args.image,
                memory_request_mib=args.settings.memory_request_mib,
                memory_limit_mib=args.settings.memory_limit_mib,
                env_from=env_from,
                secret_name=args.setup_secret_name,
                environment=args.setup_environment,
                files=files,
                files_at=env.CONFIG_DIR,
                writable=WRITABLE,
            ),
            self._child,
        )

    def _workloads(
        self, files: pulumi.Output[str], env_from: "Sequence[EnvFromSourceArgsDict]", setup: FlowiseSetup
    ) -> Workload:
        args, settings = self._args, self._args.settings
        common: dict[str, Any] = {
            "namespace": args.namespace,
            "service_account": args.account,
            "image": args.image,
            "cpu_request_millicores": settings.cpu_request_millicores,
            "cpu_limit_millicores": settings.cpu_limit_millicores,
            "memory_request_mib": settings.memory_request_mib,
            "memory_limit_mib": settings.memory_limit_mib,
            "env_from": env_from,
            "files": files,
            "files_at": env.CONFIG_DIR,
            "writable": WRITABLE,
            "priority_class": args.priority_class,
            "probe_port": env.PROBE_PORT,
        }
        # pods find tables, owner and keys in their places; no property of theirs names the Job that puts them there
        after = pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=[setup]))
        server = Workload(
            f"{self._name}-server",
            WorkloadArgs(
                **common,
                labels=self._server,
                replicas_min=settings.replicas_min,
                replicas_max=settings.replicas_max,
                annotations=self._annotations(env.PORT),
                command=["flowise", "start"],
                port=env.PORT,
                pre_stop_seconds=args.waits.pre_stop,
                termination_grace_seconds=args.waits.termination_grace,
            ),
            after,
        )
        if settings.mode == "queue":
            Workload(
                f"{self._name}-worker",
                WorkloadArgs(
                    **common,
                    labels=self._worker,
                    # the worker image's shell does not pass SIGTERM on, so that jobs would be cut
                    command=["flowise", "worker"],
                    replicas_min=settings.worker_replicas_min,
                    replicas_max=settings.worker_replicas_max,
                    annotations=self._annotations(None),
                    termination_grace_seconds=args.waits.worker_termination_grace,
                    scaled_by=self._queue(),
                ),
                after,
            )
        return server

    def _annotations(self, http_port: int | None) -> dict[str, str]:
        if not self._args.datadog:
            return {}
        endpoints = [AgentEndpoint(env.PROBE_PORT)]
        if http_port is not None:
            endpoints.append(AgentEndpoint(http_port, METRICS_PATH, METRICS_KEY))
        return agent_annotations(endpoints, container=CONTAINER, prefix="flowise")

    def _queue(self) -> QueueLength | None:
        cache, autoscaler = self._args.cache, self._args.queue_autoscaler
        if autoscaler is None:
            return None
        return QueueLength(
            asked_by=autoscaler,
            address=cache.address,
            port=cache.port,
            username=cache.username,
            secret_name=self._args.secret_name,
            password_key="REDIS_PASSWORD",
            list_name=env.waiting_predictions(self._args.queue_name),
            # as many as one worker runs at once: another comes as soon as somebody would wait for a turn
            waiting_per_pod=self._args.settings.worker_concurrency,
        )

    def _registration(self, server: Workload) -> None:
        service = k8s.core.v1.Service(
            f"{self._name}-service",
            metadata=self._meta(self._server),
            spec=k8s.core.v1.ServiceSpecArgs(
                type="ClusterIP",
                selector=self._server,
                # the network policy engine wants the service's port to be the container's
                ports=[k8s.core.v1.ServicePortArgs(name="http", port=env.PORT, target_port=env.PORT)],
            ),
            # Pulumi waits until somebody stands behind it, which is long after it could be made
            opts=pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=[server])),
        )
        k8s.apiextensions.CustomResource(
            f"{self._name}-registration",
            api_version="elbv2.k8s.aws/v1beta1",
            kind="TargetGroupBinding",
            metadata=self._meta(self._args.labels),
            spec={
                "targetGroupARN": self._args.target_group_arn,
                "targetType": "ip",
                "serviceRef": {"name": service.metadata.name, "port": env.PORT},
            },
            # the kind comes with the controller's chart, and no property says so
            opts=pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=[self._args.controllers])),
        )


def _files(region: str) -> dict[str, str]:
    return {**scripts(), "rds-ca.pem": database_certificates(region)}
