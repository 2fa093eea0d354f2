"""A script of Node that runs at set times, as the spec of a CronJob."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from .node_image import NodeImage
from .node_script import CPU_MILLICORES, FILES_AT, MEMORY_LIMIT_MIB
from .pod_files import pod_files
from .pod_security import restricted_container, restricted_pod
from .topology_spread import NODE

if TYPE_CHECKING:
    from pulumi_kubernetes.batch.v1 import CronJobSpecArgsDict
    from pulumi_kubernetes.core.v1 import (
        ContainerArgsDict,
        PodAffinityTermArgsDict,
        PodSpecArgsDict,
        VolumeArgsDict,
        VolumeMountArgsDict,
    )


@dataclass(frozen=True, kw_only=True)
class MountedClaim:
    """A volume that a run reads `at` a path. One node alone has it: that of the pod with the labels `beside`."""

    name: pulumi.Input[str]
    at: str
    beside: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class ScheduledScript:
    """When (cron, UTC), which file of the ConfigMap `files`, and as which account.

    A run that is `late_seconds` late is left out, one that takes `longest_seconds` ended, one that fails begun anew
    `retries` times. `env_from` are Secrets of which it gets every key.
    """

    schedule: str
    script: str
    files: pulumi.Input[str]
    account: pulumi.Input[str]
    image: NodeImage
    labels: Mapping[str, str]
    environment: Mapping[str, pulumi.Input[str]]
    env_from: Sequence[pulumi.Input[str]] = ()
    late_seconds: int
    longest_seconds: int
    retries: int
    cpu_millicores: int = CPU_MILLICORES
    memory_mib: int = MEMORY_LIMIT_MIB
    claim: MountedClaim | None = None

    def spec(self) -> "CronJobSpecArgsDict":
        """Return the spec of a CronJob of which no two runs meet."""
        labels = dict(self.labels)
        return {
            "schedule": self.schedule,
            "time_zone": "Etc/UTC",
            "concurrency_policy": "Forbid",
            "starting_deadline_seconds": self.late_seconds,
            "successful_jobs_history_limit": 1,
            "failed_jobs_history_limit": 1,
            "job_template": {
                "metadata": {"labels": labels},
                "spec": {
                    "backoff_limit": self.retries,
                    "active_deadline_seconds": self.longest_seconds,
                    "template": {"metadata": {"labels": labels}, "spec": self._pod()},
                },
            },
        }

    def _pod(self) -> "PodSpecArgsDict":
        variables = {"NODE_PATH": self.image.modules, **self.environment}
        volumes, mounts = pod_files(self.files, at=FILES_AT, writable={})
        container: ContainerArgsDict = {
            "name": "script",
            "image": self.image.image,
            "command": ["node", f"{FILES_AT}/{self.script}"],
            "env": [{"name": key, "value": value} for key, value in variables.items()],
            "resources": {
                "requests": {"cpu": f"{self.cpu_millicores}m", "memory": f"{self.memory_mib}Mi"},
                "limits": {"memory": f"{self.memory_mib}Mi"},
            },
            "security_context": restricted_container(),
            "volume_mounts": mounts,
        }
        if self.env_from:
            container["env_from"] = [{"secret_ref": {"name": name}} for name in self.env_from]
        pod: PodSpecArgsDict = {
            "restart_policy": "Never",
            "service_account_name": self.account,
            "automount_service_account_token": False,
            "enable_service_links": False,
            "security_context": restricted_pod(),
            "containers": [container],
            "volumes": volumes,
        }
        if self.claim is not None:
            _mount(self.claim, pod, mounts, volumes)
        return pod


def _mount(
    claim: MountedClaim, pod: "PodSpecArgsDict", mounts: "list[VolumeMountArgsDict]", volumes: "list[VolumeArgsDict]"
) -> None:
    volumes.append({"name": "claim", "persistent_volume_claim": {"claim_name": claim.name, "read_only": True}})
    mounts.append({"name": "claim", "mount_path": claim.at, "read_only": True})
    beside: PodAffinityTermArgsDict = {"label_selector": {"match_labels": dict(claim.beside)}, "topology_key": NODE}
    pod["affinity"] = {"pod_affinity": {"required_during_scheduling_ignored_during_execution": [beside]}}
