"""IAM policy documents, written out in full: exact actions, exact resources, and a Sid that says why.

A document is plain data in which an ARN may still be an Output; the caller serializes it with
`pulumi.Output.json_dumps`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pulumi import Input, Output

Statement = Mapping[str, Any]

# EventBridge says neither account nor rule where it publishes to a topic and uses its key: the policies that its user
# guide gives (eb-troubleshooting) have no condition.
WITHOUT_SOURCE = frozenset({"events.amazonaws.com"})
# The least that lets a service encrypt and decrypt with a key (KMS developer guide, "Using KMS keys with other
# services").
KEY_USE = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")


def allow(
    sid: str,
    actions: Sequence[str],
    resources: Sequence[Input[str]],
    *,
    conditions: Mapping[str, Any] | None = None,
) -> Statement:
    """Write a statement of an identity policy."""
    statement = {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": list(resources)}
    return {**statement, "Condition": conditions} if conditions else statement


def deny(sid: str, actions: Sequence[str], resources: Sequence[Input[str]]) -> Statement:
    """Write a statement that wins over whatever allows."""
    return {**allow(sid, actions, resources), "Effect": "Deny"}


def allow_principal(
    sid: str,
    principal: Mapping[str, Input[str] | Sequence[Input[str]]],
    actions: Sequence[str],
    resources: Sequence[Input[str]],
    *,
    conditions: Mapping[str, Any] | None = None,
) -> Statement:
    """Write a statement of a resource policy."""
    statement = {**allow(sid, actions, resources, conditions=conditions)}
    return {**statement, "Principal": principal}


def document(statements: Sequence[Statement]) -> Mapping[str, Any]:
    """Write a policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def distinct(arns: Sequence[Input[str]]) -> Output[list[str]]:
    """Return each of some ARNs once, in the order of their names."""
    return Output.all(*arns).apply(lambda known: sorted(set(known)))


def read_secrets(
    secret_arns: Input[Sequence[str]], *, kms_key_arns: Input[Sequence[Input[str]]] | None, region: str
) -> list[Statement]:
    """Write what reading secrets takes: their values, and their keys' use through Secrets Manager alone."""
    through = {"StringEquals": {"kms:ViaService": f"secretsmanager.{region}.amazonaws.com"}}
    values = {**allow("ReadsSecrets", ["secretsmanager:GetSecretValue"], []), "Resource": secret_arns}
    if kms_key_arns is None:
        return [values]
    decrypts = allow("DecryptsSecrets", ["kms:Decrypt"], [], conditions=through)
    return [values, {**decrypts, "Resource": kms_key_arns}]


def read_parameters(arns: Sequence[Input[str]]) -> Statement:
    """Write what reading parameters takes; a SecureString is under AWS's own key, which asks for no permission."""
    return allow("ReadsParameters", ["ssm:GetParameter"], arns)


def keep_objects(bucket_arn: Input[str], *, kms_key_arn: Input[str], noun: str = "Objects") -> list[Statement]:
    """Write what keeping objects in an encrypted bucket takes; `noun` ends each Sid and says what they are."""
    return [
        allow(f"Finds{noun}", ["s3:ListBucket"], [bucket_arn]),
        allow(
            f"Keeps{noun}",
            ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
            [Output.concat(bucket_arn, "/*")],
        ),
        allow(f"Encrypts{noun}", ["kms:Decrypt", "kms:GenerateDataKey"], [kms_key_arn]),
    ]


def service_trust(service: str, *, account: Input[str] | None = None) -> Mapping[str, Any]:
    """Let one AWS service assume a role, on behalf of this account alone if it says for whom it acts."""
    statement: dict[str, Any] = {
        "Sid": "ServiceAssumes",
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": ["sts:AssumeRole"],
    }
    if account is not None:
        statement["Condition"] = {"StringEquals": {"aws:SourceAccount": account}}
    return document([statement])


def role_trust(role_arn: Input[str], *, namespace: str, service_account: str) -> Mapping[str, Any]:
    """Let pods of one service account take on a role, by the role that they have.

    The session tags that Pod Identity sets say whose pods they are (EKS user guide, pod-id-abac), and go along, which
    wants sts:TagSession.
    """
    return document(
        [
            {
                "Sid": "RoleAssumes",
                "Effect": "Allow",
                "Principal": {"AWS": role_arn},
                "Action": ["sts:AssumeRole", "sts:TagSession"],
                "Condition": {
                    "StringEquals": {
                        "aws:PrincipalTag/kubernetes-namespace": namespace,
                        "aws:PrincipalTag/kubernetes-service-account": service_account,
                    }
                },
            }
        ]
    )


def pod_trust(*, cluster_arn: Input[str], namespace: str, service_account: str) -> Mapping[str, Any]:
    """Let the Pod Identity agent assume a role for one service account of one cluster (EKS user guide, pod-id-role)."""
    return document(
        [
            {
                "Sid": "PodAssumes",
                "Effect": "Allow",
                "Principal": {"Service": "pods.eks.amazonaws.com"},
                # without sts:TagSession the agent cannot set the session tags that the condition reads
                "Action": ["sts:AssumeRole", "sts:TagSession"],
                "Condition": {
                    "StringEquals": {
                        "aws:RequestTag/eks-cluster-arn": cluster_arn,
                        "aws:RequestTag/kubernetes-namespace": namespace,
                        "aws:RequestTag/kubernetes-service-account": service_account,
                    }
                },
            }
        ]
    )


def key_policy(
    *,
    partition: Input[str],
    account: Input[str],
    region: str,
    encrypts_logs: bool,
    services: Sequence[str],
) -> Mapping[str, Any]:
    """Write a key's policy: the account administers it through IAM, and named services use it for this account alone.

    Of those that say for whom they act; EventBridge does not.

    In a key policy the resource "*" is this one key; KMS supports nothing else there.
    """
    root = Output.concat("arn:", partition, ":iam::", account, ":root")
    statements = [allow_principal("AccountAdministersByIam", {"AWS": root}, ["kms:*"], ["*"])]
    if encrypts_logs:
        groups = Output.concat("arn:", partition, ":logs:", region, ":", account, ":log-group:*")
        statements.append(
            allow_principal(
                "LogGroupsOfThisAccount",
                {"Service": f"logs.{region}.amazonaws.com"},
                KEY_USE,
                ["*"],
                # CloudWatch Logs names the log group in the encryption context (CloudWatch Logs user guide,
                # encrypt-log-data-kms)
                conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
            )
        )
    statements.extend(
        allow_principal(
            f"{service.removesuffix('.amazonaws.com').title().replace('.', '').replace('-', '')}ForThisAccount",
            {"Service": service},
            KEY_USE,
            ["*"],
            conditions=None if service in WITHOUT_SOURCE else {"StringEquals": {"aws:SourceAccount": account}},
        )
        for service in services
    )
    return document(statements)
