"""The pod of MeiliSearch, and beside it what sees to its keys."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pulumi

from ..shared.node_image import NodeImage
from ..shared.node_script import COMMON, CPU_MILLICORES, FILES_AT, LIVE_PATH, MEMORY_LIMIT_MIB, MEMORY_MIB, READY_PATH
from ..shared.pod_files import pod_files
from ..shared.pod_security import restricted_container, restricted_pod
from ..shared.topology_spread import spread
from .network_policies import PORT
from .settings import SearchSettings

if TYPE_CHECKING:
    from pulumi_kubernetes.core.v1 import ContainerArgsDict, PodSpecArgsDict, ProbeArgsDict

ASSETS = Path(__file__).parent / "assets"
KEYS_SCRIPT, SNAPSHOT_SCRIPT = ASSETS / "search_keys.cjs", ASSETS / "search_snapshot.cjs"
FILES = (*COMMON, KEYS_SCRIPT, SNAPSHOT_SCRIPT)
MASTER_KEY = "MEILI_MASTER_KEY"
KEYS_PORT = 9701
DATA_AT = "/data"
DATABASE, SNAPSHOTS_AT = f"{DATA_AT}/data.ms", f"{DATA_AT}/snapshots"
# MeiliSearch names a snapshot by the folder of its data
SNAPSHOT = f"{SNAPSHOTS_AT}/data.ms.snapshot"
# it ends a write that is under way; the next start would do it again otherwise
GRACE_SECONDS = 60


def engine_pod(
    *,
    settings: SearchSettings,
    labels: Mapping[str, str],
    account: pulumi.Input[str],
    claim: pulumi.Input[str],
    tools_image: NodeImage,
    files: pulumi.Input[str],
    secret: pulumi.Input[str],
    keys: pulumi.Input[str],
) -> "PodSpecArgsDict":
    """Return the pod; `secret` has the master key, `keys` says which keys there are to be."""
    volumes, mounts = pod_files(files, at=FILES_AT, writable={})
    scratch, scratch_mounts = pod_files(None, at=FILES_AT, writable={"tmp": "/tmp"})
    engine: ContainerArgsDict = {
        "name": "engine",
        "image": settings.image,
        "ports": [{"name": "http", "container_port": PORT}],
        "env": [{"name": key, "value": value} for key, value in environment(settings).items()],
        "env_from": [{"secret_ref": {"name": secret}}],
        "resources": {
            "requests": {"cpu": f"{settings.cpu_request_millicores}m", "memory": f"{settings.memory_mib}Mi"},
            "limits": {"memory": f"{settings.memory_mib}Mi"},
        },
        "security_context": restricted_container(),
        # what it wrote and has not taken in yet is done first, before it listens
        "startup_probe": _probe("/health", "http", failure_threshold=60),
        "liveness_probe": _probe("/health", "http", failure_threshold=6),
        "readiness_probe": _probe("/health", "http", failure_threshold=3),
        "volume_mounts": [{"name": "data", "mount_path": DATA_AT}, *scratch_mounts],
    }
    beside: ContainerArgsDict = {
        "name": "keys",
        "image": tools_image.image,
        "command": ["node", f"{FILES_AT}/{KEYS_SCRIPT.name}"],
        "ports": [{"name": "keys", "container_port": KEYS_PORT}],
        "env": [
            {"name": "NODE_PATH", "value": tools_image.modules},
            {"name": "SEARCH_URL", "value": f"http://127.0.0.1:{PORT}"},
            {"name": "PORT", "value": str(KEYS_PORT)},
            {"name": "KEYS", "value": keys},
        ],
        "env_from": [{"secret_ref": {"name": secret}}],
        "resources": {
            "requests": {"cpu": f"{CPU_MILLICORES}m", "memory": f"{MEMORY_MIB}Mi"},
            "limits": {"memory": f"{MEMORY_LIMIT_MIB}Mi"},
        },
        "security_context": restricted_container(),
        "startup_probe": _probe(LIVE_PATH, "keys", failure_threshold=12),
        "liveness_probe": _probe(LIVE_PATH, "keys", failure_threshold=6),
        "readiness_probe": _probe(READY_PATH, "keys", failure_threshold=3),
        "volume_mounts": mounts,
    }
    return {
        "service_account_name": account,
        "automount_service_account_token": False,
        "enable_service_links": False,
        "termination_grace_period_seconds": GRACE_SECONDS,
        "security_context": restricted_pod(owns_volumes=True),
        # of one pod they say nothing; the policies want them of all that serves
        "topology_spread_constraints": spread(labels, zones_are_must=False),
        "containers": [engine, beside],
        "volumes": [*volumes, *scratch, {"name": "data", "persistent_volume_claim": {"claim_name": claim}}],
    }


def environment(settings: SearchSettings) -> dict[str, str]:
    """Return MeiliSearch's variables but for the master key (https://www.meilisearch.com/docs, instance options)."""
    return {
        # a server that everybody may ask does not start: it wants a master key
        "MEILI_ENV": "production",
        "MEILI_HTTP_ADDR": f"0.0.0.0:{PORT}",
        "MEILI_DB_PATH": DATABASE,
        "MEILI_DUMP_DIR": f"{DATA_AT}/dumps",
        "MEILI_SNAPSHOT_DIR": SNAPSHOTS_AT,
        "MEILI_MAX_INDEXING_MEMORY": f"{settings.memory_mib // 2} MiB",
        "MEILI_NO_ANALYTICS": "true",
        "MEILI_EXPERIMENTAL_ENABLE_METRICS": "true",
        "MEILI_LOG_LEVEL": "INFO",
    }


def _probe(path: str, port: str, *, failure_threshold: int) -> "ProbeArgsDict":
    return {
        "http_get": {"path": path, "port": port},
        "period_seconds": 10,
        "failure_threshold": failure_threshold,
        "timeout_seconds": 5,
    }
