"""A small pod of one script, on an image with Node and the packages that the script asks for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pulumi
import pulumi_kubernetes as k8s

from .node_image import NodeImage
from .pod_files import pod_files
from .pod_security import restricted_container, restricted_pod
from .topology_spread import spread

if TYPE_CHECKING:
    from pulumi_kubernetes.core.v1 import ContainerArgsDict, PodSpecArgsDict, ProbeArgsDict

# what scripts that answer on a port have in common
COMMON = tuple(Path(__file__).parent / "assets" / name for name in ("json_logs.cjs", "serving.cjs", "within.cjs"))
FILES_AT = "/etc/script"
# https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes
LIVE_PATH, READY_PATH = "/livez", "/readyz"
# measured idle: 86 MB and 0.3 % of a core with Node 24
CPU_MILLICORES, MEMORY_MIB, MEMORY_LIMIT_MIB = 10, 128, 256


@dataclass(frozen=True, kw_only=True)
class NodeScriptArgs:
    """The script's file, its environment, and the port on which it answers /livez and /readyz.

    `env_from` are Secrets of which it gets every key.
    """

    script: Path
    image: NodeImage
    namespace: pulumi.Input[str]
    labels: Mapping[str, str]
    environment: Mapping[str, pulumi.Input[str]]
    port_name: str
    port: int
    env_from: Sequence[pulumi.Input[str]] = ()
    account_name: str | None = None  # by which Pod Identity knows it


class NodeScript(pulumi.ComponentResource):
    """One pod, never two: each would count or tell what the other does. So it has no disruption budget either, which
    could only keep a node from being emptied; the pod is back within seconds.
    """

    def __init__(self, name: str, args: NodeScriptArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:shared:NodeScript", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        meta = k8s.meta.v1.ObjectMetaArgs(namespace=args.namespace, labels=dict(args.labels))
        account = k8s.core.v1.ServiceAccount(
            f"{name}-account",
            metadata=k8s.meta.v1.ObjectMetaArgs(
                name=args.account_name, namespace=args.namespace, labels=dict(args.labels)
            ),
            automount_service_account_token=False,
            opts=child,
        )
        files = k8s.core.v1.ConfigMap(
            f"{name}-files",
            metadata=meta,
            data={path.name: path.read_text() for path in (*COMMON, args.script)},
            immutable=True,
            opts=child,
        )
        k8s.apps.v1.Deployment(
            f"{name}-pods",
            metadata=meta,
            spec={
                "replicas": 1,
                "selector": {"match_labels": dict(args.labels)},
                # the old one ends before the new one starts
                "strategy": {"type": "RollingUpdate", "rolling_update": {"max_surge": 0, "max_unavailable": 1}},
                "template": {
                    "metadata": {"labels": dict(args.labels)},
                    "spec": _pod(args, account.metadata.name, files.metadata.name),
                },
            },
            opts=child,
        )
        self.register_outputs({})


def _pod(args: NodeScriptArgs, account: pulumi.Output[str], files: pulumi.Output[str]) -> "PodSpecArgsDict":
    # the script lies apart from the packages, so that Node would look for them in vain
    environment = {"NODE_PATH": args.image.modules, **args.environment}
    volumes, mounts = pod_files(files, at=FILES_AT, writable={})
    container: ContainerArgsDict = {
        "name": "script",
        "image": args.image.image,
        "command": ["node", f"{FILES_AT}/{args.script.name}"],
        "env": [{"name": key, "value": value} for key, value in environment.items()],
        "ports": [{"name": args.port_name, "container_port": args.port}],
        "resources": {
            "requests": {"cpu": f"{CPU_MILLICORES}m", "memory": f"{MEMORY_MIB}Mi"},
            "limits": {"memory": f"{MEMORY_LIMIT_MIB}Mi"},
        },
        "security_context": restricted_container(),
        "startup_probe": _probe(READY_PATH, args.port_name, failure_threshold=24),
        "liveness_probe": _probe(LIVE_PATH, args.port_name, failure_threshold=6),
        "readiness_probe": _probe(READY_PATH, args.port_name, failure_threshold=3),
        "volume_mounts": mounts,
    }
    if args.env_from:
        container["env_from"] = [{"secret_ref": {"name": secret}} for secret in args.env_from]
    return {
        "service_account_name": account,
        "automount_service_account_token": False,
        "enable_service_links": False,
        "security_context": restricted_pod(),
        # of one pod they say nothing; the policies want them of every Deployment
        "topology_spread_constraints": spread(args.labels, zones_are_must=False),
        "containers": [container],
        "volumes": volumes,
    }


def _probe(path: str, port: str, *, failure_threshold: int) -> "ProbeArgsDict":
    return {
        "http_get": {"path": path, "port": port},
        "period_seconds": 10,
        "failure_threshold": failure_threshold,
        "timeout_seconds": 5,
    }
