"""Makes ready what Flowise's pods start on, from within the cluster."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_kubernetes as k8s

from ..shared.pod_files import pod_files
from ..shared.pod_security import restricted_container, restricted_pod
from .settings import PACKAGE

if TYPE_CHECKING:
    from pulumi_kubernetes.core.v1 import EnvFromSourceArgsDict, PodSpecArgsDict

SCRIPT = "setup.cjs"
TRIES, LONGEST_SECONDS = 3, 600


@dataclass(frozen=True, kw_only=True)
class FlowiseSetupArgs:
    """Flowise's own environment and files, and what the setup alone is told (`environment` and `secret_name`)."""

    namespace: pulumi.Input[str]
    labels: Mapping[str, str]
    image: str
    memory_request_mib: int
    memory_limit_mib: int
    env_from: "Sequence[EnvFromSourceArgsDict]"
    secret_name: pulumi.Input[str]
    environment: Mapping[str, pulumi.Input[str]]
    files: pulumi.Input[str]  # the ConfigMap that is mounted at files_at
    files_at: str
    writable: Mapping[str, str]


class FlowiseSetup(pulumi.ComponentResource):
    """A Job that runs when the image, the environment or its own script change, and may be run at any time.

    It brings the tables up to date under a lock, registers the first owner on a server that nobody else reaches, and
    puts the metrics' API key and Databricks' credential in their places. Pods that wait for it find all of that.
    """

    done: pulumi.Output[str]

    def __init__(self, name: str, args: FlowiseSetupArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:flowise_service:FlowiseSetup", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        meta = k8s.meta.v1.ObjectMetaArgs(namespace=args.namespace, labels=dict(args.labels))
        account = k8s.core.v1.ServiceAccount(
            f"{name}-account", metadata=meta, automount_service_account_token=False, opts=child
        )
        job = k8s.batch.v1.Job(
            f"{name}-job",
            metadata=meta,
            spec={
                "backoff_limit": TRIES,
                "active_deadline_seconds": LONGEST_SECONDS,
                # names of Secret and ConfigMap change with what they hold, and a Job's pods cannot: so it runs anew
                "template": {"metadata": {"labels": dict(args.labels)}, "spec": _pod(args, account.metadata.name)},
            },
            opts=child,
        )
        self.done = pulumi.Output.all(job.metadata.name, job.status).apply(lambda known: str(known[0]))
        self.register_outputs({"done": self.done})


def _pod(args: FlowiseSetupArgs, account: pulumi.Output[str]) -> "PodSpecArgsDict":
    environment = {"FLOWISE_PACKAGE": PACKAGE, **args.environment}
    volumes, mounts = pod_files(args.files, at=args.files_at, writable=args.writable)
    return {
        "restart_policy": "Never",
        "service_account_name": account,
        "automount_service_account_token": False,
        "enable_service_links": False,
        "security_context": restricted_pod(owns_volumes=True),
        "containers": [
            {
                "name": "setup",
                "image": args.image,
                "command": ["node", f"{args.files_at}/{SCRIPT}"],
                "env_from": [*args.env_from, {"secret_ref": {"name": args.secret_name}}],
                "env": [{"name": key, "value": value} for key, value in environment.items()],
                "resources": {
                    "requests": {"cpu": "250m", "memory": f"{args.memory_request_mib}Mi"},
                    "limits": {"memory": f"{args.memory_limit_mib}Mi"},
                },
                "security_context": restricted_container(),
                "volume_mounts": mounts,
            }
        ],
        "volumes": volumes,
    }
