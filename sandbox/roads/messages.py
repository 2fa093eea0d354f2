"""Roads between AWS's own services: alarms and events to topics, topics to queues and functions, logs to buckets.

No packet is walked here: the policies of topics, queues, functions, buckets and keys decide.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..clouds.aws_regions import ACCOUNT_ID
from ..laws.inventory import Inventory
from ..laws.law import get, items
from ..policy_documents import admits, document_of
from ..world import Record
from . import rules
from .model import Road, Rule, Wall, Walls, named, road
from .network import both

_TOPIC, _QUEUE, _FUNCTION = "aws:sns/topic:Topic", "aws:sqs/queue:Queue", "aws:lambda/function:Function"
_KEY_ACTIONS = ("kms:GenerateDataKey", "kms:Decrypt")
# The policy that SNS makes lets the account's own alarms and database events in, and no rule, bucket or backup.
_BY_DEFAULT = ("cloudwatch.amazonaws.com", "events.rds.amazonaws.com")


@dataclass(frozen=True)
class _Sender:
    """A service that sends something, and for which resource."""

    service: str
    record: Record
    arn: str


class Messages:
    """The topics, queues, functions and buckets of a stack, and who sends to them."""

    def __init__(self, inventory: Inventory) -> None:
        self.inventory = inventory

    def roads(self) -> Iterator[Road]:
        """Yield each sending that a stack's resources imply."""
        yield from self._to_topics()
        yield from self._subscriptions()
        yield from self._event_targets()
        yield from self._notifications()
        yield from self._access_logs()

    def _to_topics(self) -> Iterator[Road]:
        for topic in self.inventory.of(_TOPIC):
            senders = [
                *self._alarms(topic),
                *self._of(topic, "aws:rds/eventSubscription:EventSubscription", "snsTopic", "events.rds.amazonaws.com"),
                *self._of(
                    topic, "aws:backup/vaultNotifications:VaultNotifications", "snsTopicArn", "backup.amazonaws.com"
                ),
            ]
            for sender in senders:
                yield road(
                    named(sender.record),
                    named(topic),
                    "sns:Publish",
                    "somebody is told",
                    sender.record,
                    self._publishes(sender, topic),
                )

    def _alarms(self, topic: Record) -> Iterator[_Sender]:
        for each in self.inventory.of("aws:cloudwatch/metricAlarm:MetricAlarm"):
            told = [
                arn
                for key in ("alarmActions", "okActions", "insufficientDataActions")
                for arn in each.inputs.get(key) or ()
            ]
            if _arn(topic) in told:
                yield _Sender("cloudwatch.amazonaws.com", each, _arn(each))
                return  # one policy judges them all

    def _of(self, topic: Record, token: str, key: str, service: str) -> Iterator[_Sender]:
        for each in self.inventory.of(token):
            if each.inputs.get(key) == _arn(topic):
                yield _Sender(service, each, "")

    def _subscriptions(self) -> Iterator[Road]:
        for each in self.inventory.of("aws:sns/topicSubscription:TopicSubscription"):
            target = self._target(str(both(each, "endpoint")))
            topic = self._target(str(both(each, "topic")))
            if target is None or topic is None:
                continue
            sender = _Sender("sns.amazonaws.com", topic, _arn(topic))
            if each.inputs.get("protocol") == "sqs":
                yield road(
                    named(topic),
                    named(target),
                    "sqs:SendMessage",
                    "the subscription",
                    each,
                    self._sends(sender, target),
                )
            elif each.inputs.get("protocol") == "lambda":
                yield road(
                    named(topic),
                    named(target),
                    "lambda:InvokeFunction",
                    "the subscription",
                    each,
                    self._invokes(sender, target),
                )

    def _event_targets(self) -> Iterator[Road]:
        for each in self.inventory.of("aws:cloudwatch/eventTarget:EventTarget"):
            target = self._target(str(both(each, "arn")))
            rule = self._rule(str(both(each, "rule")))
            if target is None or rule is None or each.inputs.get("roleArn"):
                continue
            sender = _Sender("events.amazonaws.com", rule, _arn(rule))
            walks = {_TOPIC: self._publishes, _QUEUE: self._sends, _FUNCTION: self._invokes}
            walk = walks.get(target.token)
            if walk:
                yield road(
                    named(rule),
                    named(target),
                    "events",
                    "the rule's target",
                    each,
                    walk(sender, target),
                )

    def _rule(self, name: str) -> Record | None:
        found = self.inventory.of("aws:cloudwatch/eventRule:EventRule")
        return next((each for each in found if name and name in (each.id, both(each, "name"))), None)

    def _notifications(self) -> Iterator[Road]:
        for each in self.inventory.of("aws:s3/bucketNotification:BucketNotification"):
            bucket = self._bucket(str(both(each, "bucket")))
            if bucket is None:
                continue
            sender = _Sender("s3.amazonaws.com", bucket, _arn(bucket))
            for kind, key, walk in (
                ("queues", "queueArn", self._sends),
                ("topics", "topicArn", self._publishes),
                ("lambdaFunctions", "lambdaFunctionArn", self._invokes),
            ):
                for one in items(each.inputs, kind):
                    target = self._target(str(one.get(key)))
                    if target:
                        yield road(
                            named(bucket),
                            named(target),
                            "notifications",
                            "what happens in the bucket is told",
                            each,
                            walk(sender, target),
                        )

    def _access_logs(self) -> Iterator[Road]:
        for each in self.inventory.of("aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer"):
            bucket = self._bucket(str(get(each.inputs, "accessLogs", "bucket") or ""))
            if bucket is None or get(each.inputs, "accessLogs", "enabled") is False:
                continue
            prefix = str(get(each.inputs, "accessLogs", "prefix") or "")
            path = f"{prefix}/AWSLogs/{ACCOUNT_ID}/x" if prefix else f"AWSLogs/{ACCOUNT_ID}/x"
            sender = _Sender("logdelivery.elasticloadbalancing.amazonaws.com", each, _arn(each))
            yield road(
                named(each),
                named(bucket),
                "s3:PutObject",
                "access logs",
                each,
                self._puts(sender, bucket, path),
            )

    def _publishes(self, sender: _Sender, topic: Record) -> Walls:
        yield from self._judged(
            sender, topic, "sns:Publish", "aws:sns/topicPolicy:TopicPolicy", "arn", rules.TOPIC_POLICY
        )
        yield from self._key(sender.service, topic)

    def _sends(self, sender: _Sender, queue: Record) -> Walls:
        yield from self._judged(
            sender, queue, "sqs:SendMessage", "aws:sqs/queuePolicy:QueuePolicy", "queueUrl", rules.QUEUE_POLICY
        )
        yield from self._key(sender.service, queue)

    def _invokes(self, sender: _Sender, function: Record) -> Walls:
        names = {function.id, both(function, "name"), _arn(function)}
        permissions = [
            each
            for each in self.inventory.of("aws:lambda/permission:Permission")
            if both(each, "function") in names and each.inputs.get("principal") == sender.service
        ]
        if not permissions:
            yield Wall(
                rules.FUNCTION_POLICY,
                named(function),
                f"no permission lets {sender.service} invoke it for {named(sender.record)}",
                f"a Permission of lambda:InvokeFunction for {sender.service}",
            )

    def _puts(self, sender: _Sender, bucket: Record, path: str) -> Walls:
        policies = [
            each
            for each in self.inventory.of("aws:s3/bucketPolicy:BucketPolicy")
            if both(each, "bucket") in (bucket.id, both(bucket, "bucket"))
        ]
        documents = [found for each in policies if (found := document_of(each.inputs.get("policy")))]
        resource = f"{_arn(bucket)}/{path}"
        # in regions of before August 2022 the service's account of the region writes
        principals = (sender.service, "delivery.logs.amazonaws.com", "*")
        keys = _keys(sender)
        if policies and not documents:
            return
        if not any(admits(each, one, "s3:PutObject", resource, keys) for each in documents for one in principals):
            yield Wall(
                rules.BUCKET_POLICY,
                named(policies[0] if policies else bucket),
                f"does not let {sender.service} put objects under {path.rpartition('/')[0]}",
                f"s3:PutObject for {sender.service} on {resource.rpartition('/')[0]}/*",
            )

    def _judged(self, sender: _Sender, target: Record, action: str, token: str, key: str, rule: Rule) -> Walls:
        names = {target.id, _arn(target), both(target, "url")}
        policies = [each for each in self.inventory.of(token) if both(each, key) in names]
        texts = [*(each.inputs.get("policy") for each in policies), target.inputs.get("policy")]
        documents = [found for each in texts if each and (found := document_of(each))]
        if (any(texts) and not documents) or (not any(texts) and sender.service in _BY_DEFAULT):
            return
        if not any(admits(each, sender.service, action, _arn(target), _keys(sender)) for each in documents):
            yield Wall(
                rule,
                named(policies[0] if policies else target),
                f"does not let {sender.service} {action} for {named(sender.record)}",
                f"{action} for {sender.service}",
            )

    def _key(self, service: str, target: Record) -> Walls:
        asked = str(both(target, "kmsMasterKeyId") or "")
        if not asked:
            return
        if asked.rpartition("/")[2] in ("sns", "sqs") and "alias/aws/" in asked:
            yield Wall(
                rules.KEY_POLICY,
                named(target),
                f"its key {asked} lets no service in",
                "a key of its own, which lets it",
            )
        key = self.inventory.owner(asked)
        if key is None:
            return
        apart = [each for each in self.inventory.of("aws:kms/keyPolicy:KeyPolicy") if both(each, "keyId") == key.id]
        document = document_of((apart[0] if apart else key).inputs.get("policy"))
        if document is None and key.inputs.get("policy"):
            return
        for action in _KEY_ACTIONS:
            if document is None or not admits(document, service, action, "", {"aws:SourceAccount": ACCOUNT_ID}):
                yield Wall(
                    rules.KEY_POLICY,
                    named(key),
                    f"encrypts {named(target)} and does not let {service} {action}",
                    f"{', '.join(_KEY_ACTIONS)} for {service}",
                )

    def _target(self, arn: str) -> Record | None:
        """Return who bears an ARN; a policy that is known by the ARN of what it is about does not."""
        found = self.inventory.of(_TOPIC, _QUEUE, _FUNCTION)
        return next(
            (each for each in found if arn and arn in (each.id, both(each, "arn"), both(each, "invokeArn"))), None
        )

    def _bucket(self, name: str) -> Record | None:
        found = self.inventory.of("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
        return next((each for each in found if name and name in (each.id, both(each, "bucket"))), None)


def _arn(record: Record) -> str:
    return str(both(record, "arn") or record.id)


def _keys(sender: _Sender) -> Mapping[str, str]:
    keys = {"aws:SourceAccount": ACCOUNT_ID, "aws:SecureTransport": "true"}
    return {**keys, "aws:SourceArn": sender.arn} if sender.arn else keys
