"""The search engine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_kubernetes as k8s

from ..shared.daily_upload import UploadTarget
from ..shared.data_key import DataKey, DataKeyArgs
from ..shared.external_secrets import Source
from ..shared.isolated_namespace import IsolatedNamespace, IsolatedNamespaceArgs
from ..shared.namespace_bounds import namespace_bounds
from ..shared.network_policies import PodServer
from ..shared.node_image import NodeImage
from ..shared.node_script import CPU_MILLICORES, MEMORY_LIMIT_MIB
from ..shared.references import Placement
from ..shared.secret_reader import SecretReader, SecretReaderArgs
from ..shared.secure_bucket import SecureBucket, SecureBucketArgs
from ..shared.stored_secret import StoredSecret, StoredSecretArgs
from ..shared.watch import Watch
from .engine_pod import FILES, MASTER_KEY, engine_pod
from .keys import APPLICATION, METRICS, SNAPSHOTS, Keys, make_keys
from .network_policies import ENGINE, PORT, search_policies
from .references import SearchRef
from .settings import SearchSettings
from .snapshots import PREFIX, SEARCH_KEY, Snapshots, SnapshotsArgs
from .watch import watch

if TYPE_CHECKING:
    from pulumi_kubernetes.apps.v1 import StatefulSetSpecArgsDict

NAMESPACE = "search"
# of what takes snapshots one runs, one is ending, and one may be begun by hand
SNAPSHOT_PODS = 3


@dataclass(frozen=True, kw_only=True)
class SearchEngineArgs:
    """How large it is (settings), where it runs, and who asks it.

    `client` is the namespace whose pods ask, and which may do with `indexes` what an application does. `tools_image`
    runs what makes keys and takes snapshots.
    """

    settings: SearchSettings
    client: str
    indexes: Sequence[str]
    tools_image: NodeImage
    placement: Placement


class SearchEngine(pulumi.ComponentResource):
    """One MeiliSearch in a namespace of its own, closed but to its client and to Prometheus.

    There is one pod, for MeiliSearch does not replicate: while it moves to another node nothing is found, and an
    application must do without. What it holds is an index, which an application can write anew; a snapshot of each day
    lies in a bucket all the same. Its master key stays in its namespace.
    """

    bucket_arn: pulumi.Output[str]

    def __init__(self, name: str, args: SearchEngineArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:search_engine:SearchEngine", name, {}, opts)
        self._name, self._args, self._place = name, args, args.placement
        self._child = pulumi.ResourceOptions(parent=self)
        self._protected = pulumi.ResourceOptions.merge(
            self._child, pulumi.ResourceOptions(protect=self._place.protect_data)
        )
        key = DataKey(
            f"{name}-key",
            DataKeyArgs(
                purpose="Keys and snapshots of the search engine",
                region=self._place.network.region,
                tags=self._place.tags,
            ),
            self._protected,
        )
        bucket_args = SecureBucketArgs(
            kms_key_arn=key.arn,
            expire_days={PREFIX: args.settings.snapshot_keep_days},
            access_log_bucket=self._place.access_log_bucket,
            tags=self._place.tags,
        )
        bucket = SecureBucket(f"{name}-snapshots", bucket_args, self._protected)
        keys = make_keys(name, args.indexes, self._child)
        self._application = self._kept(key, APPLICATION, {"key": keys.values[APPLICATION]})
        self._metrics = self._kept(key, METRICS, {"key": keys.values[METRICS]})
        namespace = self._namespace()
        secrets = self._secrets(namespace, key, keys)
        files = self._files(namespace)
        service = self._service(namespace)
        claim, engine = self._engine(namespace, service, keys, secrets[ENGINE], files)
        # known once the engine has its keys: its pod is ready no sooner, and the provider waits for that
        host = pulumi.Output.all(service.metadata.name, engine.status).apply(lambda known: f"{known[0]}.{NAMESPACE}")
        self._url = pulumi.Output.concat("http://", host, f":{PORT}")
        snapshots_args = SnapshotsArgs(
            daily_at=args.settings.snapshot_daily_at,
            namespace=namespace,
            namespace_name=NAMESPACE,
            labels=_labels(),
            image=args.tools_image,
            files=files,
            claim=claim,
            url=self._url,
            secret=secrets[SNAPSHOTS],
            target=UploadTarget(
                bucket=bucket.bucket_name,
                bucket_arn=bucket.bucket_arn,
                kms_key_arn=key.arn,
                prefix=PREFIX,
                region=self._place.network.region,
            ),
            cluster=self._place.cluster,
            tags=self._place.tags,
        )
        Snapshots(f"{name}-snapshot", snapshots_args, self._child)
        self.bucket_arn = bucket.bucket_arn
        self.register_outputs({"bucket_arn": self.bucket_arn})

    @property
    def ref(self) -> SearchRef:
        """What an application needs to ask it."""
        server = PodServer(namespace=NAMESPACE, labels=_labels(ENGINE), port=PORT)
        return SearchRef(url=self._url, key=self._application.field("key"), server=server)

    @property
    def watch(self) -> Watch:
        """What watches it."""
        return watch(
            namespace=NAMESPACE,
            cron_job=f"{self._name}-snapshot",
            port=PORT,
            metrics_key=self._metrics.field("key"),
        )

    def _kept(self, key: DataKey, role: str, fields: Mapping[str, pulumi.Input[str]]) -> StoredSecret:
        args = StoredSecretArgs(
            purpose=f"How to ask the search engine: {role}",
            kms_key_arn=key.arn,
            fields=fields,
            tags=self._place.tags,
            # another master key opens the same data
            replaceable=True,
        )
        return StoredSecret(f"{self._name}-{role}", args, self._protected)

    def _namespace(self) -> pulumi.Output[str]:
        args = self._args
        policies = search_policies(self._place.network.ranges, args.client)
        namespace = IsolatedNamespace(
            self._name, IsolatedNamespaceArgs(namespace=NAMESPACE, labels=_labels(), policies=policies), self._protected
        ).namespace
        # beside what takes snapshots: the engine, what sees to its keys, and both while they end on a node that is lost
        cpu = 2 * (args.settings.cpu_request_millicores + CPU_MILLICORES) + SNAPSHOT_PODS * CPU_MILLICORES
        memory = 2 * (args.settings.memory_mib + MEMORY_LIMIT_MIB) + SNAPSHOT_PODS * MEMORY_LIMIT_MIB
        namespace_bounds(
            f"{self._name}-bounds",
            namespace=namespace,
            quota={
                "pods": str(2 + SNAPSHOT_PODS),
                "requests.cpu": f"{cpu}m",
                "requests.memory": f"{memory}Mi",
                "persistentvolumeclaims": "1",
                "services.loadbalancers": "0",
                "services.nodeports": "0",
            },
            most_memory_mib=max(args.settings.memory_mib, MEMORY_LIMIT_MIB),
            labels=_labels(),
            opts=self._child,
        )
        return namespace

    def _secrets(self, namespace: pulumi.Output[str], key: DataKey, keys: Keys) -> Mapping[str, pulumi.Output[str]]:
        own = self._kept(key, "own", {"master_key": keys.master, "snapshots_key": keys.values[SNAPSHOTS]})
        secrets: dict[str, dict[str, Source]] = {
            ENGINE: {MASTER_KEY: own.field("master_key")},
            SNAPSHOTS: {SEARCH_KEY: own.field("snapshots_key")},
        }
        return SecretReader(
            f"{self._name}-secrets",
            SecretReaderArgs(
                namespace=namespace,
                labels=_labels(),
                secrets=secrets,
                operator_role_arn=self._place.secret_access.operator_role_arn,
                role_path=self._place.secret_access.role_path,
                region=self._place.network.region,
                tags=self._place.tags,
            ),
            # External Secrets brings the kind, and no property says so
            pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=[self._place.controllers])),
        ).names

    def _files(self, namespace: pulumi.Output[str]) -> pulumi.Output[str]:
        return k8s.core.v1.ConfigMap(
            f"{self._name}-files",
            metadata=_meta(namespace),
            data={path.name: path.read_text(encoding="utf-8") for path in FILES},
            immutable=True,
            opts=self._child,
        ).metadata.name

    def _service(self, namespace: pulumi.Output[str]) -> k8s.core.v1.Service:
        return k8s.core.v1.Service(
            f"{self._name}-service",
            metadata=k8s.meta.v1.ObjectMetaArgs(
                namespace=namespace,
                labels=_labels(ENGINE),
                # it has no endpoints before the engine runs, which names it
                annotations={"pulumi.com/skipAwait": "true"},
            ),
            spec={
                "selector": _labels(ENGINE),
                "ports": [{"name": "http", "port": PORT, "target_port": PORT}],
            },
            opts=self._child,
        )

    def _engine(
        self,
        namespace: pulumi.Output[str],
        service: k8s.core.v1.Service,
        keys: Keys,
        secret: pulumi.Output[str],
        files: pulumi.Output[str],
    ) -> tuple[pulumi.Output[str], k8s.apps.v1.StatefulSet]:
        args = self._args
        account = k8s.core.v1.ServiceAccount(
            f"{self._name}-account",
            metadata=k8s.meta.v1.ObjectMetaArgs(name=ENGINE, namespace=namespace, labels=_labels(ENGINE)),
            automount_service_account_token=False,
            opts=self._child,
        )
        claim = k8s.core.v1.PersistentVolumeClaim(
            f"{self._name}-data",
            metadata=k8s.meta.v1.ObjectMetaArgs(
                namespace=namespace,
                labels=_labels(ENGINE),
                # a disk is made once a pod claims it, in the zone of that pod
                annotations={"pulumi.com/skipAwait": "true"},
            ),
            spec={
                "access_modes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": f"{args.settings.storage_gib}Gi"}},
            },
            opts=self._protected,
        )
        labels = _labels(ENGINE)
        spec: StatefulSetSpecArgsDict = {
            "replicas": 1,
            "service_name": service.metadata.name,
            "selector": {"match_labels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": engine_pod(
                    settings=args.settings,
                    labels=labels,
                    account=account.metadata.name,
                    claim=claim.metadata.name,
                    tools_image=args.tools_image,
                    files=files,
                    secret=secret,
                    keys=keys.wanted(),
                ),
            },
        }
        engine = k8s.apps.v1.StatefulSet(
            f"{self._name}-engine", metadata=_meta(namespace, ENGINE), spec=spec, opts=self._child
        )
        k8s.policy.v1.PodDisruptionBudget(
            f"{self._name}-budget",
            metadata=_meta(namespace, ENGINE),
            # of one pod a least number would keep a node from ever being emptied
            spec={"max_unavailable": 1, "selector": {"match_labels": labels}},
            opts=self._child,
        )
        return claim.metadata.name, engine


def _labels(component: str | None = None) -> dict[str, str]:
    return {
        "app.kubernetes.io/name": "search-engine",
        "app.kubernetes.io/part-of": "platform",
        "app.kubernetes.io/managed-by": "pulumi",
        **({"app.kubernetes.io/component": component} if component else {}),
    }


def _meta(namespace: pulumi.Input[str], component: str | None = None) -> k8s.meta.v1.ObjectMetaArgs:
    return k8s.meta.v1.ObjectMetaArgs(namespace=namespace, labels=_labels(component))
