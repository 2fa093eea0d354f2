"""Pods of one role, as the restricted Pod Security Standard wants them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_kubernetes as k8s

from ..shared.custom_object import custom_name
from ..shared.node_script import LIVE_PATH, READY_PATH
from ..shared.pod_files import pod_files
from ..shared.pod_security import restricted_container, restricted_pod
from ..shared.topology_spread import spread
from .rollouts import SURGE_PERCENT, longest_seconds

if TYPE_CHECKING:
    from pulumi_kubernetes.core.v1 import (
        ContainerArgsDict,
        ContainerPortArgsDict,
        EnvFromSourceArgsDict,
        PodSpecArgsDict,
        ProbeArgsDict,
        VolumeMountArgsDict,
    )
    from pulumi_kubernetes.meta.v1 import ObjectMetaArgsDict

CONTAINER = "flowise"
CPU_PERCENT = 70
# Ten minutes without need before a pod goes: the next wave of questions finds it warm, and every end waits for answers.
SHRINK_AFTER_SECONDS = 600


@dataclass(frozen=True, kw_only=True)
class QueueLength:
    """A queue in Valkey by whose length KEDA (`asked_by`) scales, and how to ask; the password is a key of a Secret."""

    asked_by: pulumi.Resource
    address: pulumi.Input[str]
    port: pulumi.Input[int]
    username: pulumi.Input[str]
    secret_name: pulumi.Input[str]
    password_key: str
    list_name: str
    waiting_per_pod: int


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
    env_from: "Sequence[EnvFromSourceArgsDict]"
    files: pulumi.Input[str]  # the ConfigMap that is mounted at files_at
    files_at: str
    writable: Mapping[str, str]
    priority_class: pulumi.Input[str]
    probe_port: int
    termination_grace_seconds: int
    command: Sequence[str] = field(default_factory=tuple)
    port: int | None = None
    pre_stop_seconds: int = 0
    scaled_by: QueueLength | None = None
    annotations: Mapping[str, str] = field(default_factory=dict)  # of its pods


class Workload(pulumi.ComponentResource):
    """A Deployment, its disruption budget and, if it may grow, its autoscaler. It opens no network to itself.

    Its pods answer the kubelet on a port of their own: /livez, and /readyz once they can do their work.
    """

    def __init__(self, name: str, args: WorkloadArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:web_service:Workload", name, {}, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self._selector = k8s.meta.v1.LabelSelectorArgs(match_labels=dict(args.labels))
        grows = args.replicas_max > args.replicas_min
        deployment = self._deployment(grows)
        self._budget()
        if grows and args.scaled_by is not None:
            self._queue_scaler(deployment, args.scaled_by)
        elif grows:
            self._autoscaler(deployment)
        self.register_outputs({})

    def _meta(self, **annotations: str) -> k8s.meta.v1.ObjectMetaArgs:
        return k8s.meta.v1.ObjectMetaArgs(
            namespace=self._args.namespace, labels=dict(self._args.labels), annotations=annotations or None
        )

    def _deployment(self, grows: bool) -> k8s.apps.v1.Deployment:
        args = self._args
        longest = longest_seconds(args.replicas_max, grace_seconds=args.termination_grace_seconds)
        pod_metadata: ObjectMetaArgsDict = {"labels": dict(args.labels)}
        if args.annotations:
            pod_metadata["annotations"] = dict(args.annotations)
        return k8s.apps.v1.Deployment(
            f"{self._name}-pods",
            metadata=self._meta(**{"pulumi.com/timeoutSeconds": str(longest)}),
            spec={
                "replicas": args.replicas_min,
                "selector": {"match_labels": dict(args.labels)},
                "strategy": {
                    "type": "RollingUpdate",
                    "rolling_update": {"max_surge": f"{SURGE_PERCENT}%", "max_unavailable": 0},
                },
                "template": {
                    # names of Secret and ConfigMap change with what they hold, so that a change restarts the pods
                    "metadata": pod_metadata,
                    "spec": self._pod(),
                },
            },
            # Enough from the first on, whatever becomes of the autoscaler; from then on the number is its own.
            # The provider does not send what is ignored and set by another (pulumi-kubernetes, handleSSAIgnoreFields).
            opts=pulumi.ResourceOptions.merge(
                self._child, pulumi.ResourceOptions(ignore_changes=["spec.replicas"] if grows else None)
            ),
        )

    def _pod(self) -> "PodSpecArgsDict":
        args = self._args
        volumes, mounts = pod_files(args.files, at=args.files_at, writable=args.writable)
        return {
            "service_account_name": args.service_account,
            "automount_service_account_token": False,
            # a Service named redis would put its address into REDIS_PORT
            "enable_service_links": False,
            "priority_class_name": args.priority_class,
            "termination_grace_period_seconds": args.termination_grace_seconds,
            "security_context": restricted_pod(owns_volumes=True),
            # who is asked must outlive a zone; who takes from a queue does better in the wrong zone than not at all
            "topology_spread_constraints": spread(args.labels, zones_are_must=args.port is not None),
            "containers": [self._container(mounts)],
            "volumes": volumes,
        }

    def _container(self, mounts: "list[VolumeMountArgsDict]") -> "ContainerArgsDict":
        args = self._args
        limits = {"memory": f"{args.memory_limit_mib}Mi"}
        if args.cpu_limit_millicores is not None:
            limits["cpu"] = f"{args.cpu_limit_millicores}m"
        http: list[ContainerPortArgsDict] = [{"name": "http", "container_port": args.port}] if args.port else []
        container: ContainerArgsDict = {
            "name": CONTAINER,
            "image": args.image,
            "ports": [*http, {"name": "probe", "container_port": args.probe_port}],
            "env_from": list(args.env_from),
            "resources": {
                "requests": {"cpu": f"{args.cpu_request_millicores}m", "memory": f"{args.memory_request_mib}Mi"},
                "limits": limits,
            },
            "security_context": restricted_container(),
            # a start took up to 55 s on a quarter of a core; one that cannot reach its cache hangs for ever. What these
            # admit, a rollout waits for (rollouts).
            "startup_probe": _probe(READY_PATH, period_seconds=5, failure_threshold=36),
            "liveness_probe": _probe(LIVE_PATH, period_seconds=10, failure_threshold=6),
            "readiness_probe": _probe(READY_PATH, period_seconds=5, failure_threshold=3),
            "volume_mounts": mounts,
        }
        if args.command:
            container["command"] = list(args.command)
        if args.pre_stop_seconds:
            container["lifecycle"] = {"pre_stop": {"sleep": {"seconds": args.pre_stop_seconds}}}
        return container

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
                behavior=SHRINK_SLOWLY,
            ),
            opts=self._child,
        )

    def _queue_scaler(self, deployment: k8s.apps.v1.Deployment, queue: QueueLength) -> None:
        args = self._args
        # It brings these kinds, takes its finalizer off them when they go, and no property names it.
        after = pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=[queue.asked_by]))
        login = k8s.apiextensions.CustomResource(
            f"{self._name}-queue-login",
            api_version="keda.sh/v1alpha1",
            kind="TriggerAuthentication",
            metadata=self._meta(),
            spec={"secretTargetRef": [{"parameter": "password", "name": queue.secret_name, "key": queue.password_key}]},
            opts=after,
        )
        k8s.apiextensions.CustomResource(
            f"{self._name}-scaler",
            api_version="keda.sh/v1alpha1",
            kind="ScaledObject",
            # what KEDA cannot read or reach is told here, and not by workers that stay few
            metadata=self._meta(**{"pulumi.com/waitFor": "condition=Ready"}),
            spec={
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": deployment.metadata.name},
                "minReplicaCount": args.replicas_min,
                "maxReplicaCount": args.replicas_max,
                "pollingInterval": 15,
                # when the cache cannot be asked, as many as serve an ordinary day
                "fallback": {
                    "failureThreshold": 4,
                    "replicas": args.replicas_min,
                    "behavior": "currentReplicasIfHigher",
                },
                "advanced": {"horizontalPodAutoscalerConfig": {"behavior": SHRINK_SLOWLY}},
                "triggers": [
                    {
                        "type": "redis",
                        "metadata": {
                            "address": pulumi.Output.concat(
                                queue.address, ":", pulumi.Output.from_input(queue.port).apply(str)
                            ),
                            "username": queue.username,
                            "listName": queue.list_name,
                            "listLength": str(queue.waiting_per_pod),
                            "enableTLS": "true",
                        },
                        "authenticationRef": {"name": custom_name(login)},
                    }
                ],
            },
            opts=after,
        )


SHRINK_SLOWLY: Any = {
    "scaleUp": {"stabilizationWindowSeconds": 0},
    "scaleDown": {
        "stabilizationWindowSeconds": SHRINK_AFTER_SECONDS,
        "policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}],
    },
}


def _probe(path: str, *, period_seconds: int, failure_threshold: int) -> "ProbeArgsDict":
    return {
        "http_get": {"path": path, "port": "probe"},
        "period_seconds": period_seconds,
        "failure_threshold": failure_threshold,
        "timeout_seconds": 5,
    }
