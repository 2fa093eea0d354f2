"""Pods of one role, as the restricted Pod Security Standard wants them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_kubernetes as k8s

from .pod_security import restricted_container, restricted_pod

CPU_PERCENT = 70


@dataclass(frozen=True, kw_only=True)
class WorkloadArgs:
    """What runs, how many of it, and what it may use."""

    namespace: pulumi.Input[str]
    labels: Mapping[str, str]
    service_account: pulumi.Input[str]
    image: str
    replicas_min: int
    replicas_max: int
    cpu_request_millicores: int
    cpu_limit_millicores: int | None
    memory_request_mib: int
    memory_limit_mib: int
    env_from: Sequence[k8s.core.v1.EnvFromSourceArgs]
    checksum: pulumi.Input[str]
    files: pulumi.Input[str]  # the ConfigMap that is mounted at files_at
    files_at: str
    writable: Mapping[str, str]
    termination_grace_seconds: int
    command: Sequence[str] = field(default_factory=tuple)
    port: int | None = None
    health_path: str = ""
    pre_stop_seconds: int = 0


class Workload(pulumi.ComponentResource):
    """A Deployment, its disruption budget and, if it may grow, its autoscaler. It opens no network to itself."""

    def __init__(self, name: str, args: WorkloadArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("flowise:parts:Workload", name, {}, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self._selector = k8s.meta.v1.LabelSelectorArgs(match_labels=dict(args.labels))
        grows = args.replicas_max > args.replicas_min
        deployment = self._deployment(grows)
        self._budget()
        if grows:
            self._autoscaler(deployment)
        self.register_outputs({})

    def _meta(self) -> k8s.meta.v1.ObjectMetaArgs:
        return k8s.meta.v1.ObjectMetaArgs(namespace=self._args.namespace, labels=dict(self._args.labels))

    def _deployment(self, grows: bool) -> k8s.apps.v1.Deployment:
        args = self._args
        return k8s.apps.v1.Deployment(
            f"{self._name}-pods",
            metadata=self._meta(),
            spec=k8s.apps.v1.DeploymentSpecArgs(
                # the autoscaler owns the number; one written here would undo its work at every update
                replicas=None if grows else args.replicas_min,
                selector=self._selector,
                strategy=k8s.apps.v1.DeploymentStrategyArgs(
                    type="RollingUpdate",
                    rolling_update=k8s.apps.v1.RollingUpdateDeploymentArgs(max_surge=1, max_unavailable=0),
                ),
                template=k8s.core.v1.PodTemplateSpecArgs(
                    metadata=k8s.meta.v1.ObjectMetaArgs(
                        labels=dict(args.labels), annotations={"checksum/environment": args.checksum}
                    ),
                    spec=self._pod(),
                ),
            ),
            opts=self._child,
        )

    def _pod(self) -> k8s.core.v1.PodSpecArgs:
        args = self._args
        volumes = [
            k8s.core.v1.VolumeArgs(name="files", config_map=k8s.core.v1.ConfigMapVolumeSourceArgs(name=args.files)),
            *(
                k8s.core.v1.VolumeArgs(name=name, empty_dir=k8s.core.v1.EmptyDirVolumeSourceArgs(size_limit="1Gi"))
                for name in args.writable
            ),
        ]
        return k8s.core.v1.PodSpecArgs(
            service_account_name=args.service_account,
            automount_service_account_token=False,
            # a Service named redis would put its address into REDIS_PORT
            enable_service_links=False,
            termination_grace_period_seconds=args.termination_grace_seconds,
            security_context=restricted_pod(owns_volumes=True),
            topology_spread_constraints=[
                k8s.core.v1.TopologySpreadConstraintArgs(
                    max_skew=1, topology_key=key, when_unsatisfiable="ScheduleAnyway", label_selector=self._selector
                )
                for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
            ],
            containers=[self._container()],
            volumes=volumes,
        )

    def _container(self) -> k8s.core.v1.ContainerArgs:
        args = self._args
        limits = {"memory": f"{args.memory_limit_mib}Mi"}
        if args.cpu_limit_millicores is not None:
            limits["cpu"] = f"{args.cpu_limit_millicores}m"
        mounts = [
            k8s.core.v1.VolumeMountArgs(name="files", mount_path=args.files_at, read_only=True),
            *(k8s.core.v1.VolumeMountArgs(name=name, mount_path=path) for name, path in args.writable.items()),
        ]
        sleep = k8s.core.v1.SleepActionArgs(seconds=args.pre_stop_seconds)
        stop = k8s.core.v1.LifecycleArgs(pre_stop=k8s.core.v1.LifecycleHandlerArgs(sleep=sleep))
        return k8s.core.v1.ContainerArgs(
            name="flowise",
            image=args.image,
            command=list(args.command) or None,
            ports=[k8s.core.v1.ContainerPortArgs(name="http", container_port=args.port)] if args.port else None,
            env_from=list(args.env_from),
            resources=k8s.core.v1.ResourceRequirementsArgs(
                requests={"cpu": f"{args.cpu_request_millicores}m", "memory": f"{args.memory_request_mib}Mi"},
                limits=limits,
            ),
            security_context=restricted_container(),
            # migrations included, a start took up to 55 s on a quarter of a core
            startup_probe=self._probe(period_seconds=5, failure_threshold=36),
            liveness_probe=self._probe(period_seconds=10, failure_threshold=6),
            readiness_probe=self._probe(period_seconds=5, failure_threshold=3),
            lifecycle=stop if args.pre_stop_seconds else None,
            volume_mounts=mounts,
        )

    def _probe(self, *, period_seconds: int, failure_threshold: int) -> k8s.core.v1.ProbeArgs | None:
        # without a port there is nothing to ask: a worker that dies is restarted anyhow
        if self._args.port is None:
            return None
        return k8s.core.v1.ProbeArgs(
            http_get=k8s.core.v1.HTTPGetActionArgs(path=self._args.health_path, port="http"),
            period_seconds=period_seconds,
            failure_threshold=failure_threshold,
            timeout_seconds=5,
        )

    def _budget(self) -> None:
        k8s.policy.v1.PodDisruptionBudget(
            f"{self._name}-budget",
            metadata=self._meta(),
            # a least number would block every drain while one replica runs
            spec=k8s.policy.v1.PodDisruptionBudgetSpecArgs(max_unavailable=1, selector=self._selector),
            opts=self._child,
        )

    def _autoscaler(self, deployment: k8s.apps.v1.Deployment) -> None:
        cpu = k8s.autoscaling.v2.ResourceMetricSourceArgs(
            name="cpu", target=k8s.autoscaling.v2.MetricTargetArgs(type="Utilization", average_utilization=CPU_PERCENT)
        )
        k8s.autoscaling.v2.HorizontalPodAutoscaler(
            f"{self._name}-autoscaler",
            metadata=self._meta(),
            spec=k8s.autoscaling.v2.HorizontalPodAutoscalerSpecArgs(
                min_replicas=self._args.replicas_min,
                max_replicas=self._args.replicas_max,
                scale_target_ref=k8s.autoscaling.v2.CrossVersionObjectReferenceArgs(
                    api_version="apps/v1", kind="Deployment", name=deployment.metadata.name
                ),
                metrics=[k8s.autoscaling.v2.MetricSpecArgs(type="Resource", resource=cpu)],
            ),
            opts=self._child,
        )
