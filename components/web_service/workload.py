"""Pods of one process, as the restricted Pod Security Standard wants them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_kubernetes as k8s

from ..shared.pod_files import pod_files
from ..shared.pod_security import restricted_container, restricted_pod
from ..shared.topology_spread import spread
from .process import CpuTarget, Probe, Process
from .queue_scaler import QueueServer, queue_scaler
from .rollouts import SURGE_PERCENT, longest_seconds

if TYPE_CHECKING:
    from pulumi_kubernetes.apps.v1 import DeploymentStrategyArgsDict
    from pulumi_kubernetes.core.v1 import (
        ContainerArgsDict,
        ContainerPortArgsDict,
        EnvFromSourceArgsDict,
        PodSpecArgsDict,
        ProbeArgsDict,
        VolumeMountArgsDict,
    )
    from pulumi_kubernetes.meta.v1 import ObjectMetaArgsDict

# Ten minutes without need before a pod goes: the next wave finds it warm, and every end waits for answers.
SHRINK_AFTER_SECONDS = 600


@dataclass(frozen=True, kw_only=True)
class WorkloadArgs:
    """What runs, in which image and environment, and as whom."""

    process: Process
    image: str
    namespace: pulumi.Input[str]
    labels: Mapping[str, str]
    service_account: pulumi.Input[str]
    priority_class: pulumi.Input[str]
    env_from: "Sequence[EnvFromSourceArgsDict]"
    files: pulumi.Input[str] | None  # a ConfigMap that is mounted at files_at
    files_at: str
    served: bool = True  # of two releases the other one is
    queue_server: QueueServer | None = None
    queue_secret: pulumi.Input[str] | None = None  # has the server's password
    queue_autoscaler: pulumi.Resource | None = None  # brings the kinds that scale by a queue


class Workload(pulumi.ComponentResource):
    """A Deployment, its disruption budget and, if it may grow, its autoscaler. It opens no network to itself."""

    def __init__(self, name: str, args: WorkloadArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:web_service:Workload", name, {}, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        deployment = self._deployment()
        k8s.policy.v1.PodDisruptionBudget(
            f"{name}-budget",
            metadata=self._meta(),
            # a least number would block every drain while one replica runs
            spec={"max_unavailable": 1, "selector": {"match_labels": dict(args.labels)}},
            opts=self._child,
        )
        if args.process.grows:
            self._autoscaler(deployment.metadata.name)
        self.register_outputs({})

    def _meta(self, **annotations: str) -> k8s.meta.v1.ObjectMetaArgs:
        return k8s.meta.v1.ObjectMetaArgs(
            namespace=self._args.namespace, labels=dict(self._args.labels), annotations=annotations or None
        )

    def _deployment(self) -> k8s.apps.v1.Deployment:
        args, process = self._args, self._args.process
        longest = longest_seconds(
            process.replicas_max,
            start_seconds=process.probes.start_seconds,
            grace_seconds=process.termination_grace_seconds,
        )
        strategy: DeploymentStrategyArgsDict = {
            "type": "RollingUpdate",
            "rolling_update": {"max_surge": f"{SURGE_PERCENT}%", "max_unavailable": 0},
        }
        pod_metadata: ObjectMetaArgsDict = {"labels": dict(args.labels)}
        if process.annotations:
            pod_metadata["annotations"] = dict(process.annotations)
        return k8s.apps.v1.Deployment(
            f"{self._name}-pods",
            metadata=self._meta(**{"pulumi.com/timeoutSeconds": str(longest)}),
            spec={
                "replicas": 0 if process.single and not args.served else process.replicas_min,
                "selector": {"match_labels": dict(args.labels)},
                "strategy": {"type": "Recreate"} if process.single else strategy,
                # names of Secret and ConfigMap change with what they hold, so that a change restarts the pods
                "template": {"metadata": pod_metadata, "spec": self._pod()},
            },
            # Enough from the first on, whatever becomes of the autoscaler; from then on the number is its own.
            # The provider does not send what is ignored and set by another (pulumi-kubernetes, handleSSAIgnoreFields).
            opts=pulumi.ResourceOptions.merge(
                self._child, pulumi.ResourceOptions(ignore_changes=["spec.replicas"] if process.grows else None)
            ),
        )

    def _pod(self) -> "PodSpecArgsDict":
        args, process = self._args, self._args.process
        volumes, mounts = pod_files(args.files, at=args.files_at, writable=process.writable)
        return {
            "service_account_name": args.service_account,
            "automount_service_account_token": False,
            # a Service named redis would put its address into REDIS_PORT
            "enable_service_links": False,
            "priority_class_name": args.priority_class,
            "termination_grace_period_seconds": process.termination_grace_seconds,
            "security_context": restricted_pod(user=process.user, owns_volumes=True),
            # who is asked must outlive a zone; who takes from a queue does better in the wrong zone than not at all
            "topology_spread_constraints": spread(args.labels, zones_are_must=process.port is not None),
            "containers": [self._container(mounts)],
            "volumes": volumes,
        }

    def _container(self, mounts: "list[VolumeMountArgsDict]") -> "ContainerArgsDict":
        args, process, resources = self._args, self._args.process, self._args.process.resources
        limits = {"memory": f"{resources.memory_limit_mib}Mi"}
        if resources.cpu_limit_millicores is not None:
            limits["cpu"] = f"{resources.cpu_limit_millicores}m"
        port = "http" if process.probe_port == process.port else "probe"
        container: ContainerArgsDict = {
            "name": process.container,
            "image": args.image,
            "ports": _ports(process),
            "env_from": list(args.env_from),
            "resources": {
                "requests": {
                    "cpu": f"{resources.cpu_request_millicores}m",
                    "memory": f"{resources.memory_request_mib}Mi",
                },
                "limits": limits,
            },
            "security_context": restricted_container(),
            "liveness_probe": _probe(process.probes.liveness, port),
            "readiness_probe": _probe(process.probes.readiness, port),
            "volume_mounts": mounts,
        }
        if process.probes.startup:
            container["startup_probe"] = _probe(process.probes.startup, port)
        if process.command:
            container["command"] = list(process.command)
        if process.args:
            container["args"] = list(process.args)
        if process.environment:
            container["env"] = [{"name": key, "value": value} for key, value in process.environment.items()]
        if process.pre_stop_seconds:
            container["lifecycle"] = {"pre_stop": {"sleep": {"seconds": process.pre_stop_seconds}}}
        return container

    def _autoscaler(self, deployment: pulumi.Output[str]) -> None:
        args, process = self._args, self._args.process
        if isinstance(process.scaled_by, CpuTarget):
            k8s.autoscaling.v2.HorizontalPodAutoscaler(
                f"{self._name}-autoscaler",
                metadata=self._meta(),
                spec={
                    "min_replicas": process.replicas_min,
                    "max_replicas": process.replicas_max,
                    "scale_target_ref": {"api_version": "apps/v1", "kind": "Deployment", "name": deployment},
                    "metrics": [
                        {
                            "type": "Resource",
                            "resource": {
                                "name": "cpu",
                                "target": {"type": "Utilization", "average_utilization": process.scaled_by.percent},
                            },
                        }
                    ],
                    "behavior": SHRINK_SLOWLY,
                },
                opts=self._child,
            )
            return
        if args.queue_server is None or args.queue_secret is None or args.queue_autoscaler is None:
            raise ValueError(f"{self._name}: who scales by a queue needs its server, and a Secret for its login")
        queue_scaler(
            self._name,
            namespace=args.namespace,
            labels=args.labels,
            deployment=deployment,
            replicas=(process.replicas_min, process.replicas_max),
            server=args.queue_server,
            queue=process.scaled_by,
            secret_name=args.queue_secret,
            behavior=SHRINK_SLOWLY,
            # It brings these kinds, takes its finalizer off them when they go, and no property names it.
            opts=pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=[args.queue_autoscaler])),
        )


SHRINK_SLOWLY: Any = {
    "scaleUp": {"stabilizationWindowSeconds": 0},
    "scaleDown": {
        "stabilizationWindowSeconds": SHRINK_AFTER_SECONDS,
        "policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}],
    },
}


def _ports(process: Process) -> "list[ContainerPortArgsDict]":
    named = {"http": process.port, "probe": process.probe_port, "metrics": process.metrics_port}
    ports: dict[int, str] = {}
    for name, port in named.items():
        if port is not None:
            ports.setdefault(port, name)
    return [{"name": name, "container_port": port} for port, name in ports.items()]


def _probe(probe: Probe, port: str) -> "ProbeArgsDict":
    asked: ProbeArgsDict = {
        "period_seconds": probe.period_seconds,
        "failure_threshold": probe.failure_threshold,
        "timeout_seconds": probe.timeout_seconds,
    }
    if probe.initial_delay_seconds:
        asked["initial_delay_seconds"] = probe.initial_delay_seconds
    if probe.path:
        asked["http_get"] = {"path": probe.path, "port": port}
    else:
        asked["exec_"] = {"command": list(probe.command)}
    return asked
