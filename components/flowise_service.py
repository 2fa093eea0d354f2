"""Flowise itself."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s
import pulumi_random as random

from .parts.data_key import DataKey, DataKeyArgs
from .parts.internal_load_balancer import InternalLoadBalancer, InternalLoadBalancerArgs
from .parts.pod_role import PodRole, PodRoleArgs
from .parts.pod_security import RESTRICTED_LABELS
from .parts.secure_bucket import SecureBucket, SecureBucketArgs
from .parts.stored_secret import StoredSecret, StoredSecretArgs
from .parts.workload import Workload, WorkloadArgs
from .planning import flowise_env as env
from .planning.backups import BACKUP_TAG
from .planning.iam_documents import allow
from .planning.network_policies import policies
from .planning.timeouts import timeouts
from .settings import DomainSettings, ServiceSettings, SignInSettings

ACCOUNT = "flowise"
HEALTH_PATH = "/api/v1/ping"
KEY_LENGTH = 48
WORKER_GRACE_SECONDS = 60
ASSETS = Path(__file__).parent / "assets"


@dataclass(frozen=True, kw_only=True)
class FlowiseServiceArgs:
    """How Flowise runs (settings), where, and what it is connected to."""

    settings: ServiceSettings
    domain: DomainSettings | None
    region: str
    cluster_name: pulumi.Input[str]
    cluster_arn: pulumi.Input[str]
    cluster_security_group_id: pulumi.Input[str]
    vpc_id: pulumi.Input[str]
    vpc_cidr: str
    subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    database: env.Database
    cache: env.Cache
    controller: pulumi.Resource  # brings the kind TargetGroupBinding and acts on it
    scraper_namespace: str
    access_log_bucket: pulumi.Input[str]
    alarm_topic_arn: pulumi.Input[str]
    copy_region: str | None
    protect_data: bool
    tags: Mapping[str, str]
    sign_in: SignInSettings | None = None
    embed_origins: Sequence[str] = ()  # other sites whose pages may ask flows


class FlowiseService(pulumi.ComponentResource):
    """Flowise's servers and, in mode queue, workers; its bucket, its keys, and the load balancer before it.

    It makes no first account and no flows, and serves nobody but CloudFront and the metrics' scraper.
    """

    namespace: pulumi.Output[str]
    bucket_name: pulumi.Output[str]
    secret_arn: pulumi.Output[str]
    load_balancer_arn: pulumi.Output[str]
    load_balancer_dns_name: pulumi.Output[str]
    certificate_record: pulumi.Output[str]

    def __init__(self, name: str, args: FlowiseServiceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("flowise:index:FlowiseService", name, {}, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self._server = {**_labels(), "app.kubernetes.io/component": "server"}
        # files, and keys without which stored credentials cannot be read
        self._lasting = pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(protect=args.protect_data))
        self._waits = timeouts(args.settings.max_answer_seconds)

        key = DataKey(f"{name}-key", DataKeyArgs(purpose="Flowise", region=args.region, tags=args.tags), self._lasting)
        bucket = self._bucket(key)
        generated = self._generated()
        secret = self._kept(key, generated)
        namespace = self._namespace()
        self._network(namespace)
        rows = self._rows(bucket, generated)
        self._pods(namespace, self._role(key, bucket), rows)
        balancer = self._balancer()
        self._registration(namespace, balancer)

        self.namespace = namespace
        self.bucket_name = bucket.bucket_name
        self.secret_arn = secret.arn
        self.load_balancer_arn = balancer.arn
        self.load_balancer_dns_name = balancer.dns_name
        self.certificate_record = balancer.certificate_record
        self.register_outputs(
            {
                "namespace": self.namespace,
                "bucket_name": self.bucket_name,
                "secret_arn": self.secret_arn,
                "load_balancer_arn": self.load_balancer_arn,
                "load_balancer_dns_name": self.load_balancer_dns_name,
                "certificate_record": self.certificate_record,
            }
        )

    def _bucket(self, key: DataKey) -> SecureBucket:
        expire = {"logs/": self._args.settings.storage_expire_logs_days}
        bucket_args = SecureBucketArgs(
            kms_key_arn=key.arn,
            expire_days=expire,
            access_log_bucket=self._args.access_log_bucket,
            tags={**self._args.tags, **BACKUP_TAG},
        )
        return SecureBucket(f"{self._name}-storage", bucket_args, self._lasting)

    def _generated(self) -> dict[str, pulumi.Output[str]]:
        kept = self._args.settings.keys_secret_name
        if kept is not None:
            found = aws.secretsmanager.get_secret_version_output(
                secret_id=kept, opts=pulumi.InvokeOutputOptions(parent=self)
            )
            text: pulumi.Output[str] = pulumi.Output.secret(found.secret_string)
            return {variable: text.apply(_field(variable)) for variable in env.GENERATED}
        return {
            variable: random.RandomPassword(
                f"{self._name}-{variable.lower().replace('_', '-')}",
                length=KEY_LENGTH,
                special=False,
                opts=self._lasting,
            ).result
            for variable in env.GENERATED
        }

    def _kept(self, key: DataKey, generated: Mapping[str, pulumi.Output[str]]) -> StoredSecret:
        secret_args = StoredSecretArgs(
            purpose="Keys of Flowise: whoever loses them loses the credentials stored in flows",
            kms_key_arn=key.arn,
            fields=generated,
            copy_region=self._args.copy_region,
            tags=self._args.tags,
        )
        return StoredSecret(f"{self._name}-keys", secret_args, self._lasting)

    def _namespace(self) -> pulumi.Output[str]:
        return k8s.core.v1.Namespace(
            f"{self._name}-namespace",
            # Pod Identity and the alerts know it by name
            metadata=k8s.meta.v1.ObjectMetaArgs(name=env.NAMESPACE, labels={**_labels(), **RESTRICTED_LABELS}),
            opts=self._child,
        ).metadata.name

    def _network(self, namespace: pulumi.Output[str]) -> None:
        args = self._args
        # ports of PostgreSQL and Valkey, which the pods reach in the VPC's data subnets
        planned: dict[str, Any] = policies(
            vpc_cidr=args.vpc_cidr,
            data_ports=[5432, 6379] if args.settings.mode == "queue" else [5432],
            http_port=env.PORT,
            server=self._server,
            scraper=args.scraper_namespace,
        )
        for policy, spec in planned.items():
            k8s.networking.v1.NetworkPolicy(
                f"{self._name}-{policy}",
                metadata=k8s.meta.v1.ObjectMetaArgs(namespace=namespace, labels=_labels()),
                spec=spec,
                opts=self._child,
            )

    def _rows(self, bucket: SecureBucket, generated: Mapping[str, pulumi.Output[str]]) -> Sequence[env.Row]:
        args, databricks = self._args, self._args.settings.databricks
        token: pulumi.Output[str] | None = None
        if databricks is not None:
            found = aws.secretsmanager.get_secret_version_output(
                secret_id=databricks.token_secret_name, opts=pulumi.InvokeOutputOptions(parent=self)
            )
            token = pulumi.Output.secret(found.secret_string)
        return env.rows(
            args.settings,
            database=args.database,
            cache=args.cache,
            bucket=bucket.bucket_name,
            region=args.region,
            site_domain=args.domain.name if args.domain else None,
            generated=generated,
            databricks_token=token,
            embed_origins=args.embed_origins,
        )

    def _role(self, key: DataKey, bucket: SecureBucket) -> PodRole:
        objects = pulumi.Output.concat(bucket.bucket_arn, "/*")
        return PodRole(
            f"{self._name}-role",
            PodRoleArgs(
                cluster_name=self._args.cluster_name,
                cluster_arn=self._args.cluster_arn,
                namespace=env.NAMESPACE,
                service_account=ACCOUNT,
                statements=[
                    allow("FindsFiles", ["s3:ListBucket"], [bucket.bucket_arn]),
                    allow("KeepsFiles", ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], [objects]),
                    allow("EncryptsFiles", ["kms:Decrypt", "kms:GenerateDataKey"], [key.arn]),
                ],
                tags=self._args.tags,
            ),
            self._child,
        )

    def _pods(self, namespace: pulumi.Output[str], role: PodRole, rows: Sequence[env.Row]) -> None:
        settings, meta = self._args.settings, k8s.meta.v1.ObjectMetaArgs(namespace=namespace, labels=_labels())
        account = k8s.core.v1.ServiceAccount(
            f"{self._name}-account",
            metadata=k8s.meta.v1.ObjectMetaArgs(name=ACCOUNT, namespace=namespace, labels=_labels()),
            automount_service_account_token=False,
            opts=self._child,
        )
        plain = k8s.core.v1.ConfigMap(
            f"{self._name}-environment",
            metadata=meta,
            data={row.name: row.value for row in rows if not row.secret},
            opts=self._child,
        )
        secrets = {row.name: pulumi.Output.secret(row.value) for row in rows if row.secret}
        secret = k8s.core.v1.Secret(
            f"{self._name}-secrets", metadata=meta, type="Opaque", string_data=secrets, opts=self._child
        )
        files = k8s.core.v1.ConfigMap(f"{self._name}-files", metadata=meta, data=self._files(), opts=self._child)
        common: dict[str, Any] = {
            "namespace": namespace,
            "service_account": account.metadata.name,
            "image": settings.image,
            "cpu_request_millicores": settings.cpu_request_millicores,
            "cpu_limit_millicores": settings.cpu_limit_millicores,
            "memory_request_mib": settings.memory_request_mib,
            "memory_limit_mib": settings.memory_limit_mib,
            "env_from": [
                k8s.core.v1.EnvFromSourceArgs(
                    config_map_ref=k8s.core.v1.ConfigMapEnvSourceArgs(name=plain.metadata.name)
                ),
                k8s.core.v1.EnvFromSourceArgs(secret_ref=k8s.core.v1.SecretEnvSourceArgs(name=secret.metadata.name)),
            ],
            "checksum": _checksum(rows, self._files()),
            "files": files.metadata.name,
            "files_at": env.CONFIG_DIR,
            "writable": {"home": f"{env.HOME}/.flowise", "tmp": "/tmp"},
        }
        # a pod started before its role is associated never gets credentials; no property of it names the role
        after = pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=[role]))
        Workload(
            f"{self._name}-server",
            WorkloadArgs(
                **common,
                labels=self._server,
                replicas_min=settings.replicas_min,
                replicas_max=settings.replicas_max,
                port=env.PORT,
                health_path=HEALTH_PATH,
                pre_stop_seconds=self._waits.pre_stop,
                termination_grace_seconds=self._waits.termination_grace,
            ),
            after,
        )
        if settings.mode == "queue":
            Workload(
                f"{self._name}-worker",
                WorkloadArgs(
                    **common,
                    labels={**_labels(), "app.kubernetes.io/component": "worker"},
                    # the worker image's shell does not pass SIGTERM on, so that jobs would be cut
                    command=["flowise", "worker"],
                    replicas_min=settings.worker_replicas,
                    replicas_max=settings.worker_replicas,
                    termination_grace_seconds=WORKER_GRACE_SECONDS,
                ),
                after,
            )

    def _files(self) -> dict[str, str]:
        kept = self._waits.keep_alive * 1000
        return {
            "rds-ca.pem": (ASSETS / f"rds-ca-{self._args.region}.pem").read_text(),
            # Node closes idle connections after 5 s and Flowise has no setting for it: the balancer would answer 502
            "keepalive.cjs": (
                "const http = require('http');\n"
                "const create = http.createServer;\n"
                "http.createServer = (...args) => Object.assign(create(...args), "
                f"{{ keepAliveTimeout: {kept}, headersTimeout: {kept + 5000} }});\n"
            ),
        }

    def _balancer(self) -> InternalLoadBalancer:
        args = self._args
        return InternalLoadBalancer(
            # short: a load balancer's name, stack and all, has 32 characters
            f"{self._name}-in",
            InternalLoadBalancerArgs(
                domain=args.domain,
                sign_in=args.sign_in,
                region=args.region,
                vpc_id=args.vpc_id,
                subnet_ids=args.subnet_ids,
                target_security_group_id=args.cluster_security_group_id,
                target_port=env.PORT,
                health_path=HEALTH_PATH,
                timeouts=self._waits,
                access_log_bucket=args.access_log_bucket,
                alarm_topic_arn=args.alarm_topic_arn,
                tags=args.tags,
            ),
            self._child,
        )

    def _registration(self, namespace: pulumi.Output[str], balancer: InternalLoadBalancer) -> None:
        service = k8s.core.v1.Service(
            f"{self._name}-service",
            metadata=k8s.meta.v1.ObjectMetaArgs(namespace=namespace, labels=self._server),
            spec=k8s.core.v1.ServiceSpecArgs(
                type="ClusterIP",
                selector=self._server,
                # the network policy engine wants the service's port to be the container's
                ports=[k8s.core.v1.ServicePortArgs(name="http", port=env.PORT, target_port=env.PORT)],
            ),
            opts=self._child,
        )
        k8s.apiextensions.CustomResource(
            f"{self._name}-registration",
            api_version="elbv2.k8s.aws/v1beta1",
            kind="TargetGroupBinding",
            metadata=k8s.meta.v1.ObjectMetaArgs(namespace=namespace, labels=_labels()),
            spec={
                "targetGroupARN": balancer.target_group_arn,
                "targetType": "ip",
                "serviceRef": {"name": service.metadata.name, "port": env.PORT},
            },
            # the kind comes with the controller's chart, and no property says so
            opts=pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=[self._args.controller])),
        )


def _labels() -> dict[str, str]:
    return {
        "app.kubernetes.io/name": "flowise",
        "app.kubernetes.io/instance": "flowise",
        "app.kubernetes.io/part-of": "flowise",
        "app.kubernetes.io/managed-by": "pulumi",
    }


def _field(name: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        try:
            return str(json.loads(text)[name])
        except (ValueError, KeyError, TypeError):
            # neither the text nor the error may show what the secret holds
            raise pulumi.RunError(
                f"the secret that flowise:service.keys_secret_name names is no JSON object with {name}: name a secret "
                "that a stack of this program made"
            ) from None

    return read


def _checksum(rows: Sequence[env.Row], files: Mapping[str, str]) -> pulumi.Output[str]:
    text = pulumi.Output.json_dumps([{row.name: row.value for row in rows}, dict(files)])
    # the digest of long random keys tells nothing; an annotation that is secret would hide every plan of the pods
    return pulumi.Output.unsecret(text.apply(lambda each: hashlib.sha256(each.encode()).hexdigest()))
