"""A small pod of one script of ours, which runs on Flowise's image: on its Node, with the libraries of its tree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pulumi
import pulumi_kubernetes as k8s

from ..shared.pod_security import restricted_container, restricted_pod
from ..web_service.pod_files import pod_files
from ..web_service.topology_spread import spread
from ..web_service.workload import LIVE_PATH, READY_PATH
from .environment import CONFIG_DIR
from .setup import PACKAGE

SCRIPTS = Path(__file__).parent / "assets"
# what the scripts that run by themselves have in common
COMMON = ("json_logs.cjs", "serving.cjs", "within.cjs")
# measured idle: 86 MB and 0.3 % of a core with Node 24
CPU_MILLICORES, MEMORY_MIB, MEMORY_LIMIT_MIB = 10, 128, 256


@dataclass(frozen=True, kw_only=True)
class FlowiseScriptArgs:
    """The script's file name, its environment, and the port on which it answers /livez and /readyz.

    `env_from` are Secrets of which it gets every key.
    """

    script: str
    namespace: pulumi.Input[str]
    labels: Mapping[str, str]
    image: str
    environment: Mapping[str, pulumi.Input[str]]
    port_name: str
    port: int
    env_from: Sequence[pulumi.Input[str]] = ()
    account_name: str | None = None  # by which Pod Identity knows it


class FlowiseScript(pulumi.ComponentResource):
    """One pod, never two: each would count or tell what the other does. So it has no disruption budget either, which
    could only keep a node from being emptied; the pod is back within seconds.
    """

    def __init__(self, name: str, args: FlowiseScriptArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:flowise_service:FlowiseScript", name, {}, opts)
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
            data={file: (SCRIPTS / file).read_text() for file in (*COMMON, args.script)},
            immutable=True,
            opts=child,
        )
        k8s.apps.v1.Deployment(
            f"{name}-pods",
            metadata=meta,
            spec=k8s.apps.v1.DeploymentSpecArgs(
                replicas=1,
                selector=k8s.meta.v1.LabelSelectorArgs(match_labels=dict(args.labels)),
                # the old one ends before the new one starts
                strategy=k8s.apps.v1.DeploymentStrategyArgs(
                    type="RollingUpdate",
                    rolling_update=k8s.apps.v1.RollingUpdateDeploymentArgs(max_surge=0, max_unavailable=1),
                ),
                template=k8s.core.v1.PodTemplateSpecArgs(
                    metadata=k8s.meta.v1.ObjectMetaArgs(labels=dict(args.labels)),
                    spec=_pod(args, account.metadata.name, files.metadata.name),
                ),
            ),
            opts=child,
        )
        self.register_outputs({})


def _pod(args: FlowiseScriptArgs, account: pulumi.Output[str], files: pulumi.Output[str]) -> k8s.core.v1.PodSpecArgs:
    environment = {"FLOWISE_PACKAGE": PACKAGE, **args.environment}
    volumes, mounts = pod_files(files, at=CONFIG_DIR, writable={})
    return k8s.core.v1.PodSpecArgs(
        service_account_name=account,
        automount_service_account_token=False,
        enable_service_links=False,
        security_context=restricted_pod(),
        # of one pod they say nothing; the policies want them of every Deployment
        topology_spread_constraints=spread(args.labels, zones_are_must=False),
        containers=[
            k8s.core.v1.ContainerArgs(
                name="script",
                image=args.image,
                command=["node", f"{CONFIG_DIR}/{args.script}"],
                env=[k8s.core.v1.EnvVarArgs(name=key, value=value) for key, value in environment.items()],
                env_from=[
                    k8s.core.v1.EnvFromSourceArgs(secret_ref=k8s.core.v1.SecretEnvSourceArgs(name=secret))
                    for secret in args.env_from
                ]
                or None,
                ports=[k8s.core.v1.ContainerPortArgs(name=args.port_name, container_port=args.port)],
                resources=k8s.core.v1.ResourceRequirementsArgs(
                    requests={"cpu": f"{CPU_MILLICORES}m", "memory": f"{MEMORY_MIB}Mi"},
                    limits={"memory": f"{MEMORY_LIMIT_MIB}Mi"},
                ),
                security_context=restricted_container(),
                startup_probe=_probe(READY_PATH, args.port_name, failure_threshold=24),
                liveness_probe=_probe(LIVE_PATH, args.port_name, failure_threshold=6),
                readiness_probe=_probe(READY_PATH, args.port_name, failure_threshold=3),
                volume_mounts=mounts,
            )
        ],
        volumes=volumes,
    )


def _probe(path: str, port: str, *, failure_threshold: int) -> k8s.core.v1.ProbeArgs:
    return k8s.core.v1.ProbeArgs(
        http_get=k8s.core.v1.HTTPGetActionArgs(path=path, port=port),
        period_seconds=10,
        failure_threshold=failure_threshold,
        timeout_seconds=5,
    )
