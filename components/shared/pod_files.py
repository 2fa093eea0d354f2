"""What a pod whose own file system is read-only finds and writes."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pulumi import Input

if TYPE_CHECKING:
    from pulumi_kubernetes.core.v1 import VolumeArgsDict, VolumeMountArgsDict


def pod_files(
    config_map: Input[str] | None, *, at: str, writable: Mapping[str, str]
) -> "tuple[list[VolumeArgsDict], list[VolumeMountArgsDict]]":
    """Return a pod's volumes and a container's mounts: a ConfigMap, if any, `at` a path, and writable paths by name."""
    volumes: list[VolumeArgsDict] = [{"name": name, "empty_dir": {"size_limit": "1Gi"}} for name in writable]
    mounts: list[VolumeMountArgsDict] = [{"name": name, "mount_path": path} for name, path in writable.items()]
    if config_map is None:
        return volumes, mounts
    return (
        [{"name": "files", "config_map": {"name": config_map}}, *volumes],
        [{"name": "files", "mount_path": at, "read_only": True}, *mounts],
    )
