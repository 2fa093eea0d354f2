"""RDS Proxy: many clients on few connections, and a failover that clients hardly notice."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from ..shared.client_group import ClientGroup, ClientGroupArgs
from ..shared.iam_documents import document, read_secrets, service_trust
from ..shared.references import NetworkRef

# of the instance's connections; the rest is for the setup job and for people
CONNECTIONS_PERCENT = 80
IDLE_CLIENT_SECONDS = 1800


@dataclass(frozen=True, kw_only=True)
class DatabaseProxyArgs:
    """The instance behind it, the logins it accepts (secrets with username and password), and who may come."""

    instance_identifier: pulumi.Input[str]
    instance_security_group_id: pulumi.Input[str]
    port: int
    secret_arns: pulumi.Output[list[str]]
    kms_key_arn: pulumi.Input[str]
    network: NetworkRef
    clients: Mapping[str, pulumi.Input[str]]
    tags: Mapping[str, str]


class DatabaseProxy(pulumi.ComponentResource):
    """A proxy that speaks TLS alone, with clients and with the instance. It knows no login but those it is given."""

    address: pulumi.Output[str]

    def __init__(self, name: str, args: DatabaseProxyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:rds_postgres:DatabaseProxy", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        access = _access(name, args, child)
        role, granted = _role(name, args, child)
        proxy = aws.rds.Proxy(
            f"{name}-proxy",
            engine_family="POSTGRESQL",
            require_tls=True,
            idle_client_timeout=IDLE_CLIENT_SECONDS,
            role_arn=role.arn,
            vpc_subnet_ids=args.network.data_subnet_ids,
            vpc_security_group_ids=[access.security_group_id],
            auths=args.secret_arns.apply(lambda arns: [_login(arn) for arn in arns]),
            tags=dict(args.tags),
            # it asks for the secrets at once, and no property names the permission
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[granted])),
        )
        targets = aws.rds.ProxyDefaultTargetGroup(
            f"{name}-pool",
            db_proxy_name=proxy.name,
            connection_pool_config=aws.rds.ProxyDefaultTargetGroupConnectionPoolConfigArgs(
                max_connections_percent=CONNECTIONS_PERCENT
            ),
            opts=child,
        )
        aws.rds.ProxyTarget(
            f"{name}-target",
            db_proxy_name=proxy.name,
            target_group_name=targets.name,
            db_instance_identifier=args.instance_identifier,
            opts=child,
        )
        self.address = proxy.endpoint
        self.register_outputs({"address": self.address})


def _login(secret_arn: str) -> aws.rds.ProxyAuthArgs:
    return aws.rds.ProxyAuthArgs(
        auth_scheme="SECRETS",
        secret_arn=secret_arn,
        iam_auth="DISABLED",
        client_password_auth_type="POSTGRES_SCRAM_SHA_256",
    )


def _access(name: str, args: DatabaseProxyArgs, child: pulumi.ResourceOptions) -> ClientGroup:
    access = ClientGroup(
        f"{name}-access",
        ClientGroupArgs(
            purpose="RDS Proxy, from named clients alone",
            vpc_id=args.network.vpc_id,
            port=args.port,
            clients=args.clients,
            tags=args.tags,
        ),
        child,
    )
    own, instance = access.security_group_id, args.instance_security_group_id
    aws.vpc.SecurityGroupEgressRule(
        f"{name}-to-instance",
        security_group_id=own,
        referenced_security_group_id=instance,
        ip_protocol="tcp",
        from_port=args.port,
        to_port=args.port,
        description="To the instance",
        tags=dict(args.tags),
        opts=child,
    )
    aws.vpc.SecurityGroupIngressRule(
        f"{name}-into-instance",
        security_group_id=instance,
        referenced_security_group_id=own,
        ip_protocol="tcp",
        from_port=args.port,
        to_port=args.port,
        description="From RDS Proxy",
        tags=dict(args.tags),
        opts=child,
    )
    return access


def _role(name: str, args: DatabaseProxyArgs, child: pulumi.ResourceOptions) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
    role = aws.iam.Role(
        f"{name}-role",
        assume_role_policy=pulumi.Output.json_dumps(service_trust("rds.amazonaws.com")),
        description="RDS Proxy reads the logins it accepts",
        tags=dict(args.tags),
        opts=child,
    )
    statements = read_secrets(args.secret_arns, kms_key_arns=[args.kms_key_arn], region=args.network.region)
    policy = aws.iam.RolePolicy(
        f"{name}-policy", role=role.name, policy=pulumi.Output.json_dumps(document(statements)), opts=child
    )
    return role, policy
