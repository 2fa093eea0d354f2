"""Makes the application's roles and database, from within the cluster."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pulumi
import pulumi_kubernetes as k8s

from ..shared.database_certificates import database_certificates
from ..shared.iam_documents import read_secrets
from ..shared.isolated_namespace import IsolatedNamespace, IsolatedNamespaceArgs
from ..shared.network_policies import NetworkRanges, Spec, outbound
from ..shared.node_image import NodeImage
from ..shared.pod_files import pod_files
from ..shared.pod_role import PodRole, PodRoleArgs
from ..shared.pod_security import restricted_container, restricted_pod
from ..shared.references import ClusterRef, DatabaseRef, NetworkRef
from .setup_target import SetupTarget

if TYPE_CHECKING:
    from pulumi_kubernetes.core.v1 import PodSpecArgsDict

NAMESPACE = SERVICE_ACCOUNT = "database-setup"
ASSETS = Path(__file__).parent / "assets"
SCRIPT = "database_setup.cjs"
AT = "/etc/setup"
TRIES, LONGEST_SECONDS = 4, 600


def setup_policies(ranges: NetworkRanges) -> dict[str, Spec]:
    """Return the policies of the database's setup: it reaches the database and AWS, and nobody reaches it."""
    return {**outbound(ranges), "database": ranges.to_database()}


@dataclass(frozen=True, kw_only=True)
class DatabaseSetupArgs:
    """Where the Job runs, and the database that it sets up."""

    tools_image: NodeImage
    cluster: ClusterRef
    network: NetworkRef
    target: SetupTarget
    tags: Mapping[str, str]


class DatabaseSetup(pulumi.ComponentResource):
    """A Job that runs when the database, its logins or its own script change, and may be run at any time.

    It alone may read the master's password, which reaches no state, no Secret and no log. Its output is the login that
    the application uses, known once the Job has ended well: whoever is handed it waits for it.
    """

    username: pulumi.Output[str]

    def __init__(self, name: str, args: DatabaseSetupArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:rds_postgres:DatabaseSetup", name, {}, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        # Pod Identity knows the namespace by its name
        home = IsolatedNamespace(
            name,
            IsolatedNamespaceArgs(namespace=NAMESPACE, labels=_labels(), policies=setup_policies(args.network.ranges)),
            self._child,
        )
        job = self._job(home.namespace, [self._role()])
        self.username = pulumi.Output.all(args.target.username, job.status).apply(lambda known: str(known[0]))
        self.register_outputs({"username": self.username})

    @property
    def database(self) -> DatabaseRef:
        """What an application needs to log in, once its login stands."""
        target = self._args.target
        return DatabaseRef(
            address=target.address,
            port=target.port,
            name=target.database_name,
            username=self.username,
            password=target.password,
            certificates=database_certificates(self._args.network.region),
        )

    def _role(self) -> PodRole:
        args = self._args
        target = args.target
        secrets = pulumi.Output.all(target.master_secret_arn, target.login_secret_arns).apply(
            lambda all_: [all_[0], *all_[1]]
        )
        return PodRole(
            f"{self._name}-role",
            PodRoleArgs(
                cluster_name=args.cluster.name,
                cluster_arn=args.cluster.arn,
                namespace=NAMESPACE,
                service_account=SERVICE_ACCOUNT,
                statements=read_secrets(secrets, kms_key_arns=[target.key_arn], region=args.network.region),
                tags=args.tags,
            ),
            self._child,
        )

    def _job(self, namespace: pulumi.Output[str], before: Sequence[pulumi.Resource]) -> k8s.batch.v1.Job:
        args = self._args
        files = {
            SCRIPT: (ASSETS / SCRIPT).read_text(),
            "rds-ca.pem": database_certificates(args.network.region),
        }
        meta = k8s.meta.v1.ObjectMetaArgs(namespace=namespace, labels=_labels())
        mounted = k8s.core.v1.ConfigMap(f"{self._name}-files", metadata=meta, data=files, opts=self._child)
        account = k8s.core.v1.ServiceAccount(
            f"{self._name}-account",
            metadata=k8s.meta.v1.ObjectMetaArgs(name=SERVICE_ACCOUNT, namespace=namespace, labels=_labels()),
            automount_service_account_token=False,
            opts=self._child,
        )
        digest = hashlib.sha256("".join([*files.values(), str(args.target.generation)]).encode()).hexdigest()
        return k8s.batch.v1.Job(
            f"{self._name}-job",
            metadata=meta,
            spec={
                "backoff_limit": TRIES,
                "active_deadline_seconds": LONGEST_SECONDS,
                "template": {
                    # a Job's pods cannot change: another digest is another Job, which runs anew
                    "metadata": {"labels": _labels(), "annotations": {"checksum/setup": digest}},
                    "spec": self._pod(account.metadata.name, mounted.metadata.name),
                },
            },
            # its pod starts with credentials and a way out, or without them for good
            opts=pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=list(before))),
        )

    def _pod(self, account: pulumi.Output[str], files: pulumi.Output[str]) -> "PodSpecArgsDict":
        args, target = self._args, self._args.target
        environment: dict[str, pulumi.Input[str]] = {
            "AWS_REGION": args.network.region,
            "DATABASE_HOST": target.instance_address,
            "DATABASE_NAME": target.database_name,
            "DATABASE_PORT": pulumi.Output.from_input(target.port).apply(str),
            "LOGIN_SECRET_ARNS": pulumi.Output.from_input(target.login_secret_arns).apply(",".join),
            "MASTER_SECRET_ARN": target.master_secret_arn,
            "NODE_EXTRA_CA_CERTS": f"{AT}/rds-ca.pem",
            "NODE_PATH": args.tools_image.modules,
            "OWNER_ROLE": target.owner,
        }
        volumes, mounts = pod_files(files, at=AT, writable={})
        return {
            "restart_policy": "Never",
            "service_account_name": account,
            "automount_service_account_token": False,
            "enable_service_links": False,
            "security_context": restricted_pod(),
            "containers": [
                {
                    "name": "setup",
                    "image": args.tools_image.image,
                    "command": ["node", f"{AT}/{SCRIPT}"],
                    "env": [{"name": key, "value": value} for key, value in environment.items()],
                    "resources": {"requests": {"cpu": "50m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
                    "security_context": restricted_container(),
                    "volume_mounts": mounts,
                }
            ],
            "volumes": volumes,
        }


def _labels() -> dict[str, str]:
    return {
        "app.kubernetes.io/name": "database-setup",
        "app.kubernetes.io/part-of": "platform",
        "app.kubernetes.io/managed-by": "pulumi",
    }
