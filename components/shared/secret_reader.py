"""Lets one namespace have values that AWS keeps, as Kubernetes Secrets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s

from .custom_object import custom_name
from .external_secrets import (
    API_VERSION,
    Parameter,
    SecretField,
    Service,
    Source,
    external_secret_spec,
    services,
    store_spec,
)
from .iam_documents import Statement, distinct, document, read_parameters, read_secrets, role_trust

# External Secrets' namespace and account
OPERATOR = "external-secrets"


@dataclass(frozen=True, kw_only=True)
class SecretReaderArgs:
    """The namespace, and its Secrets by role: the keys of each and where their values are kept."""

    namespace: pulumi.Input[str]
    labels: Mapping[str, str]
    secrets: Mapping[str, Mapping[str, Source]]
    operator_role_arn: pulumi.Input[str]
    role_path: str  # under which each namespace has a path of its own, of the roles that its stores may name
    region: str
    tags: Mapping[str, str]


class SecretReader(pulumi.ComponentResource):
    """A role that reads those values and no others, stores that read as it, and the Secrets.

    The operator (`parts.secret_operator`) takes the role on. Values pass through neither Pulumi nor its state.
    """

    names: Mapping[str, pulumi.Output[str]]

    def __init__(self, name: str, args: SecretReaderArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:shared:SecretReader", name, {}, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        sources = [source for fields in args.secrets.values() for source in fields.values()]
        role = self._role(sources)
        stores = {service: self._store(service, role) for service in services(sources)}
        self.names = {secret: self._secret(secret, fields, stores) for secret, fields in args.secrets.items() if fields}
        self.register_outputs({"names": self.names})

    def _role(self, sources: Sequence[Source]) -> pulumi.Output[str]:
        args = self._args
        role = aws.iam.Role(
            f"{self._name}-role",
            # whose stores may name it (cluster_services/reader_roles.py)
            path=pulumi.Output.concat(args.role_path, args.namespace, "/"),
            assume_role_policy=pulumi.Output.json_dumps(
                role_trust(args.operator_role_arn, namespace=OPERATOR, service_account=OPERATOR)
            ),
            description="External Secrets, for one namespace",
            tags=dict(args.tags),
            opts=self._child,
        )
        kept = [source for source in sources if isinstance(source, SecretField)]
        parameters = [source.name for source in sources if isinstance(source, Parameter)]
        lookup = pulumi.InvokeOutputOptions(parent=self)
        here = pulumi.Output.concat(
            "arn:", aws.get_partition_output(opts=lookup).partition, ":ssm:", args.region, ":",
            aws.get_caller_identity_output(opts=lookup).account_id, ":parameter",
        )  # fmt: skip
        statements: list[Statement] = []
        if kept:
            keys = [source.key_arn for source in kept if source.key_arn is not None]
            arns = distinct([source.arn for source in kept])
            statements += read_secrets(arns, kms_key_arns=distinct(keys) if keys else None, region=args.region)
        if parameters:
            statements.append(read_parameters([pulumi.Output.concat(here, _path(name)) for name in parameters]))
        granted = aws.iam.RolePolicy(
            f"{self._name}-policy",
            role=role.name,
            policy=pulumi.Output.json_dumps(document(statements)),
            opts=self._child,
        )
        # whoever reads as the role finds its permissions there
        return pulumi.Output.all(role.arn, granted.id).apply(lambda known: str(known[0]))

    def _store(self, service: Service, role_arn: pulumi.Output[str]) -> pulumi.Output[str]:
        made = k8s.apiextensions.CustomResource(
            f"{self._name}-{service.lower()}",
            api_version=API_VERSION,
            kind="SecretStore",
            metadata=k8s.meta.v1.ObjectMetaArgs(namespace=self._args.namespace, labels=dict(self._args.labels)),
            spec=store_spec(service, region=self._args.region, role_arn=role_arn),
            opts=self._child,
        )
        return custom_name(made)

    def _secret(
        self, secret: str, fields: Mapping[str, Source], stores: Mapping[Service, pulumi.Output[str]]
    ) -> pulumi.Output[str]:
        made = k8s.apiextensions.CustomResource(
            f"{self._name}-{secret}",
            api_version=API_VERSION,
            kind="ExternalSecret",
            metadata=k8s.meta.v1.ObjectMetaArgs(
                namespace=self._args.namespace,
                labels=dict(self._args.labels),
                # what cannot be read is told here and not by pods that wait for ever
                annotations={"pulumi.com/waitFor": "condition=Ready"},
            ),
            spec=external_secret_spec(fields, stores),
            opts=pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(replace_on_changes=["spec"])),
        )
        return custom_name(made)


def _path(parameter: str) -> str:
    # an ARN has one slash before the name, whether the name begins with one or not (IAM, actions of Systems Manager)
    return parameter if parameter.startswith("/") else f"/{parameter}"
