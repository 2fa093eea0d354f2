"""The Job that makes ready what a release starts on, from within the cluster."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_kubernetes as k8s

from ..shared.pod_files import pod_files
from ..shared.pod_security import restricted_container, restricted_pod
from .process import Migration

if TYPE_CHECKING:
    from pulumi_kubernetes.core.v1 import ContainerArgsDict, EnvFromSourceArgsDict, PodSpecArgsDict


@dataclass(frozen=True, kw_only=True)
class MigrationJobArgs:
    """What runs once, in the environment and with the files of the release that it is of."""

    migration: Migration
    image: str
    namespace: pulumi.Input[str]
    labels: Mapping[str, str]
    env_from: "Sequence[EnvFromSourceArgsDict]"  # the release's, and the Secrets that the migration alone gets
    files: pulumi.Input[str] | None  # a ConfigMap that is mounted at files_at
    files_at: str


class MigrationJob(pulumi.ComponentResource):
    """A Job that runs when the image, the environment or the files change, under an account without any rights.

    `done` is known once it has ended well: whoever waits for that finds all of its work.
    """

    done: pulumi.Output[str]

    def __init__(self, name: str, args: MigrationJobArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:web_service:MigrationJob", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        meta = k8s.meta.v1.ObjectMetaArgs(namespace=args.namespace, labels=dict(args.labels))
        account = k8s.core.v1.ServiceAccount(
            f"{name}-account", metadata=meta, automount_service_account_token=False, opts=child
        )
        job = k8s.batch.v1.Job(
            f"{name}-job",
            metadata=meta,
            spec={
                "backoff_limit": args.migration.tries,
                "active_deadline_seconds": args.migration.longest_seconds,
                # names of Secret and ConfigMap change with what they hold, and a Job's pods cannot: so it runs anew
                "template": {"metadata": {"labels": dict(args.labels)}, "spec": _pod(args, account.metadata.name)},
            },
            opts=child,
        )
        self.done = pulumi.Output.all(job.metadata.name, job.status).apply(lambda known: str(known[0]))
        self.register_outputs({"done": self.done})


def _pod(args: MigrationJobArgs, account: pulumi.Output[str]) -> "PodSpecArgsDict":
    migration, resources = args.migration, args.migration.resources
    volumes, mounts = pod_files(args.files, at=args.files_at, writable=migration.writable)
    limits = {"memory": f"{resources.memory_limit_mib}Mi"}
    if resources.cpu_limit_millicores is not None:
        limits["cpu"] = f"{resources.cpu_limit_millicores}m"
    container: ContainerArgsDict = {
        "name": migration.name,
        "image": args.image,
        "command": list(migration.command),
        "env_from": list(args.env_from),
        "env": [{"name": key, "value": value} for key, value in migration.environment.items()],
        "resources": {
            "requests": {
                "cpu": f"{resources.cpu_request_millicores}m",
                "memory": f"{resources.memory_request_mib}Mi",
            },
            "limits": limits,
        },
        "security_context": restricted_container(),
        "volume_mounts": mounts,
    }
    if migration.args:
        container["args"] = list(migration.args)
    return {
        "restart_policy": "Never",
        "service_account_name": account,
        "automount_service_account_token": False,
        "enable_service_links": False,
        "security_context": restricted_pod(user=migration.user, owns_volumes=True),
        "containers": [container],
        "volumes": volumes,
    }
