"""What a pod whose own file system is read-only finds and writes."""

from collections.abc import Mapping

import pulumi
import pulumi_kubernetes as k8s

Volumes = list[k8s.core.v1.VolumeArgs]
Mounts = list[k8s.core.v1.VolumeMountArgs]


def pod_files(config_map: pulumi.Input[str], *, at: str, writable: Mapping[str, str]) -> tuple[Volumes, Mounts]:
    """Give volumes of a pod and mounts of its container: a ConfigMap `at` a path, and writable paths by name."""
    files = k8s.core.v1.VolumeArgs(name="files", config_map=k8s.core.v1.ConfigMapVolumeSourceArgs(name=config_map))
    empty = k8s.core.v1.EmptyDirVolumeSourceArgs(size_limit="1Gi")
    volumes = [files, *(k8s.core.v1.VolumeArgs(name=name, empty_dir=empty) for name in writable)]
    mounts = [
        k8s.core.v1.VolumeMountArgs(name="files", mount_path=at, read_only=True),
        *(k8s.core.v1.VolumeMountArgs(name=name, mount_path=path) for name, path in writable.items()),
    ]
    return volumes, mounts
