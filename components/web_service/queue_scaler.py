"""Scales a process by what waits in a queue of the cache: KEDA reads its length, and moves an autoscaler."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from ..shared.custom_object import custom_name
from .process import QueueList, QueueStream

API_VERSION = "keda.sh/v1alpha1"


@dataclass(frozen=True, kw_only=True)
class QueueServer:
    """The cache whose queues KEDA asks, and which of the service's Secrets holds the password, as which key.

    It speaks TLS. KEDA only looks: a user who may do no more is enough (`CacheRef.for_observers`).
    """

    address: pulumi.Input[str]
    port: pulumi.Input[int]
    username: pulumi.Input[str]
    password_variable: str
    secret: str = "environment"


def trigger(server: QueueServer, queue: QueueList | QueueStream, login: pulumi.Input[str]) -> dict[str, Any]:
    """Return the trigger that asks for a queue's length, as the TriggerAuthentication `login` says.

    https://keda.sh/docs/2.19/scalers/redis-lists and redis-streams. A stream's length would count what is done already,
    and its pending entries what is under way: the lag is what waits.
    """
    asked: dict[str, Any] = {
        "address": pulumi.Output.concat(server.address, ":", pulumi.Output.from_input(server.port).apply(str)),
        "username": server.username,
        "enableTLS": "true",
    }
    waiting = str(queue.waiting_per_pod)
    if isinstance(queue, QueueList):
        kind, measured = "redis", {"listName": queue.list_name, "listLength": waiting}
    else:
        kind = "redis-streams"
        measured = {
            "stream": queue.stream,
            "consumerGroup": queue.consumer_group,
            "lagCount": waiting,
            "activationLagCount": "0",
        }
    return {"type": kind, "metadata": {**asked, **measured}, "authenticationRef": {"name": login}}


def queue_scaler(
    name: str,
    *,
    namespace: pulumi.Input[str],
    labels: Mapping[str, str],
    deployment: pulumi.Input[str],
    replicas: tuple[int, int],
    server: QueueServer,
    queue: QueueList | QueueStream,
    secret_name: pulumi.Input[str],
    behavior: Mapping[str, Any],
    opts: pulumi.ResourceOptions,
) -> None:
    """Make a ScaledObject between the least and the most replicas, and the login by which KEDA asks the queue."""
    fewest, most = replicas
    login = k8s.apiextensions.CustomResource(
        f"{name}-queue-login",
        api_version=API_VERSION,
        kind="TriggerAuthentication",
        metadata=k8s.meta.v1.ObjectMetaArgs(namespace=namespace, labels=dict(labels)),
        spec={"secretTargetRef": [{"parameter": "password", "name": secret_name, "key": server.password_variable}]},
        opts=opts,
    )
    k8s.apiextensions.CustomResource(
        f"{name}-scaler",
        api_version=API_VERSION,
        kind="ScaledObject",
        metadata=k8s.meta.v1.ObjectMetaArgs(
            namespace=namespace,
            labels=dict(labels),
            # what KEDA cannot read or reach is told here, and not by workers that stay few
            annotations={"pulumi.com/waitFor": "condition=Ready"},
        ),
        spec={
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": deployment},
            "minReplicaCount": fewest,
            "maxReplicaCount": most,
            "pollingInterval": 15,
            # when the cache cannot be asked, as many as serve an ordinary day
            "fallback": {"failureThreshold": 4, "replicas": fewest, "behavior": "currentReplicasIfHigher"},
            "advanced": {"horizontalPodAutoscalerConfig": {"behavior": behavior}},
            "triggers": [trigger(server, queue, custom_name(login))],
        },
        opts=opts,
    )
