"""Who is told: the event exists, the topic takes it from the service that tells, and the topic's key lets it encrypt.

RDS asks whether it may publish (SNSNoAuthorization); all others are believed, and what they send is dropped.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ..world import Record
from .law import Law, Refusal, ResourceOperation, get
from .permissions import lets

_TARGET = "aws:cloudwatch/eventTarget:EventTarget"
_VAULT = "aws:backup/vaultNotifications:VaultNotifications"
_ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
_ALARMS = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
_SUBSCRIPTION = "aws:rds/eventSubscription:EventSubscription"
# Type -> who tells, and the properties that name the topic.
_TELLS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    _TARGET: ("events.amazonaws.com", ("arn",)),
    _VAULT: ("backup.amazonaws.com", ("snsTopicArn",)),
    _ALARM: ("cloudwatch.amazonaws.com", ("alarmActions", "okActions", "insufficientDataActions")),
    _ALARMS: ("cloudwatch.amazonaws.com", ("alarmActions", "okActions", "insufficientDataActions")),
    _SUBSCRIPTION: ("events.rds.amazonaws.com", ("snsTopic",)),
}
# A topic without a policy takes what its own account sends; these two send as services, and are not let in by that.
_NOT_BY_DEFAULT = (_TARGET, _VAULT)
# AWS Backup takes them still and tells nobody (PutBackupVaultNotifications), and each one's heir.
_DEPRECATED: Mapping[str, str] = {
    "BACKUP_JOB_EXPIRED": "BACKUP_JOB_COMPLETED",
    "BACKUP_JOB_FAILED": "BACKUP_JOB_COMPLETED",
    "BACKUP_JOB_SUCCESSFUL": "BACKUP_JOB_COMPLETED",
    "BACKUP_PLAN_CREATED": "",
    "BACKUP_PLAN_MODIFIED": "",
    "RESTORE_JOB_FAILED": "RESTORE_JOB_COMPLETED",
    "RESTORE_JOB_SUCCESSFUL": "RESTORE_JOB_COMPLETED",
}


def _policies(op: ResourceOperation, token: str, key: str, owner: Record) -> list[str]:
    """Return the policies of a topic or a key: its own, or that of a resource beside it, which takes the place of the first."""
    beside = [each for each in op.inventory.of(token) if get(each.inputs, key) in (owner.id, owner.outputs.get("arn"))]
    found = [get(each.inputs, "policy") for each in (beside or [owner])]
    return [policy for policy in found if isinstance(policy, str)]


def _heard(op: ResourceOperation) -> Iterator[Refusal]:
    service, properties = _TELLS[op.token]
    silent = op.token != _SUBSCRIPTION
    for arn in sorted({text for name in properties for text in op.texts(name)}):
        # not by who owns the ARN: a topic's policy has it for its id, too
        topic = next((each for each in op.inventory.of("aws:sns/topic:Topic") if each.id == arn), None)
        if topic is None:
            continue
        policies = _policies(op, "aws:sns/topicPolicy:TopicPolicy", "arn", topic)
        if policies and not any(lets(policy, service, "sns:Publish") for policy in policies):
            yield Refusal(
                "AuthorizationError",
                f"{service} is not authorized to perform: SNS:Publish on resource: {arn}",
                f"allow {service} sns:Publish in the topic's policy",
                silent=silent,
            )
        if not policies and op.token in _NOT_BY_DEFAULT:
            yield Refusal(
                "AuthorizationError",
                f"{service} is not authorized to perform: SNS:Publish on resource: {arn}, for the topic has no policy that says so",
                f"make a TopicPolicy that allows {service} sns:Publish, and depend on it",
                may_appear=True,
                silent=silent,
            )
        yield from (replace(each, silent=silent) for each in _encrypted(op, topic, service))


def _encrypted(op: ResourceOperation, topic: Record, service: str) -> Iterator[Refusal]:
    named = get(topic.inputs, "kmsMasterKeyId")
    if not isinstance(named, str) or not named:
        return
    if named.endswith("alias/aws/sns"):
        yield Refusal(
            "KMSAccessDenied",
            f"{service} may not use {named}, whose policy nobody can change",
            "encrypt the topic under a key of your own whose policy lets the service use it",
        )
        return
    key = op.inventory.owner(named)
    policies = _policies(op, "aws:kms/keyPolicy:KeyPolicy", "keyId", key) if key else []
    if policies and not any(lets(policy, service, "kms:GenerateDataKey") for policy in policies):
        yield Refusal(
            "KMSAccessDenied",
            f"The ciphertext refers to a customer master key that {service} may not use: {named}",
            f"allow {service} kms:Decrypt and kms:GenerateDataKey in the key's policy",
        )


def _told(op: ResourceOperation) -> Iterator[Refusal]:
    for event in op.texts("backupVaultEvents"):
        if event in _DEPRECATED:
            instead = _DEPRECATED[event]
            yield Refusal(
                "InvalidParameterValueException",
                f"{event} is deprecated: AWS Backup takes it and tells nobody",
                (f"ask for {instead} and filter by its state, or " if instead else "")
                + 'let an EventBridge rule match aws.backup\'s "Backup Job State Change"',
            )


def _topic_endpoint(op: ResourceOperation) -> Iterator[Refusal]:
    protocol, endpoint = op.text("protocol"), op.text("endpoint")
    expected = {"sqs": "arn:", "lambda": "arn:", "firehose": "arn:", "https": "https://", "http": "http://"}.get(
        protocol
    )
    wrong_mail = protocol in ("email", "email-json") and endpoint and "@" not in endpoint
    if endpoint and ((expected and not endpoint.startswith(expected)) or wrong_mail):
        yield Refusal(
            "InvalidParameter",
            f"Invalid parameter: {protocol} endpoint {endpoint}",
            f"give an endpoint of that protocol ({expected or 'name@domain'}...)",
        )


LAWS = (
    Law(
        "sns-topic-policy",
        "a topic's policy lets in who publishes",
        "https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html",
        "|".join(_TELLS),
        _heard,
    ),
    Law(
        "backup-vault-events",
        "events that AWS Backup tells",
        "https://docs.aws.amazon.com/aws-backup/latest/devguide/API_PutBackupVaultNotifications.html",
        _VAULT,
        _told,
    ),
    Law(
        "sns-subscription",
        "endpoints of topic subscriptions",
        "https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html",
        r"aws:sns/topicSubscription:TopicSubscription",
        _topic_endpoint,
    ),
)
