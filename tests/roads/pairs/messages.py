"""Alarms, events, notifications and logs: policies of topics, queues, functions, buckets and keys."""

from sandbox.roads import rules
from sandbox.world import Record
from tests.roads.builder import Stack, allow, policy, rule
from tests.roads.pair import pair

_KEYS = "https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html"
_ALARMS = "https://repost.aws/knowledge-center/cloudwatch-receive-sns-for-alarm-trigger"
_EVENTS = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html"
_NOTICES = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html"


def _alarm(stack: Stack, topic: Record) -> Record:
    return stack.make(
        "aws:cloudwatch/metricAlarm:MetricAlarm", "alarm", alarm_actions=[topic.outputs["arn"]],
        comparison_operator="GreaterThanThreshold", evaluation_periods=1,
    )  # fmt: skip


@pair(rules.TOPIC_POLICY, "MetricAlarm", "Topic", _ALARMS)
def a_topic_that_lets_another_service_publish(stack: Stack, wall: bool) -> None:
    topic = stack.make("aws:sns/topic:Topic", "topic")
    who = "events.amazonaws.com" if wall else "cloudwatch.amazonaws.com"
    stack.make(
        "aws:sns/topicPolicy:TopicPolicy", "said", arn=topic.outputs["arn"], policy=policy(allow(who, "sns:Publish"))
    )
    _alarm(stack, topic)


@pair(rules.KEY_POLICY, "MetricAlarm", "Topic", _KEYS)
def a_topic_whose_key_lets_no_alarm_in(stack: Stack, wall: bool) -> None:
    own = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    service = allow("cloudwatch.amazonaws.com", "kms:Decrypt", "kms:GenerateDataKey*")
    key = stack.make("aws:kms/key:Key", "key", policy=policy(own, *([] if wall else [service])))
    _alarm(stack, stack.make("aws:sns/topic:Topic", "topic", kms_master_key_id=key.id))


@pair(rules.KEY_POLICY, "MetricAlarm", "Topic", "https://repost.aws/knowledge-center/cloudwatch-configure-alarm-sns")
def a_topic_under_the_key_of_aws(stack: Stack, wall: bool) -> None:
    said = allow("cloudwatch.amazonaws.com", "kms:Decrypt", "kms:GenerateDataKey*")
    key = stack.make("aws:kms/key:Key", "key", policy=policy(said))
    _alarm(stack, stack.make("aws:sns/topic:Topic", "topic", kms_master_key_id="alias/aws/sns" if wall else key.id))


def _rule(stack: Stack, target: Record) -> Record:
    events = stack.make("aws:cloudwatch/eventRule:EventRule", "rule", event_pattern="{}")
    stack.make(
        "aws:cloudwatch/eventTarget:EventTarget", "target", rule=events.inputs["name"], arn=target.outputs["arn"]
    )
    return events


@pair(rules.TOPIC_POLICY, "EventRule", "Topic", _EVENTS)
def a_topic_without_a_policy_as_a_rules_target(stack: Stack, wall: bool) -> None:
    topic = stack.make("aws:sns/topic:Topic", "topic")
    if not wall:
        said = policy(allow("events.amazonaws.com", "sns:Publish"))
        stack.make("aws:sns/topicPolicy:TopicPolicy", "said", arn=topic.outputs["arn"], policy=said)
    _rule(stack, topic)


@pair(rules.QUEUE_POLICY, "EventRule", "Queue", _EVENTS)
def a_queue_for_another_rule(stack: Stack, wall: bool) -> None:
    queue = stack.make("aws:sqs/queue:Queue", "queue")
    events = _rule(stack, queue)
    source = f"{events.outputs['arn']}{'-other' if wall else ''}"
    said = policy(allow("events.amazonaws.com", "sqs:SendMessage", ArnEquals={"aws:SourceArn": source}))
    stack.make("aws:sqs/queuePolicy:QueuePolicy", "said", queue_url=queue.id, policy=said)


@pair(rules.FUNCTION_POLICY, "EventRule", "Function", _EVENTS)
def a_function_that_no_rule_may_invoke(stack: Stack, wall: bool) -> None:
    function = stack.make("aws:lambda/function:Function", "function", role="arn:aws:iam::1:role/x")
    events = _rule(stack, function)
    if not wall:
        stack.make(
            "aws:lambda/permission:Permission", "invoked", action="lambda:InvokeFunction", function=function.id,
            principal="events.amazonaws.com", source_arn=events.outputs["arn"],
        )  # fmt: skip


@pair(
    rules.QUEUE_POLICY,
    "Topic",
    "Queue",
    "https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html",
)
def a_queue_that_takes_from_no_topic(stack: Stack, wall: bool) -> None:
    topic, queue = stack.make("aws:sns/topic:Topic", "topic"), stack.make("aws:sqs/queue:Queue", "queue")
    _subscribe(stack, topic, queue, "sqs")
    if not wall:
        said = policy(allow("sns.amazonaws.com", "sqs:SendMessage"))
        stack.make("aws:sqs/queuePolicy:QueuePolicy", "said", queue_url=queue.id, policy=said)


@pair(
    rules.KEY_POLICY,
    "Topic",
    "Queue",
    "https://docs.aws.amazon.com/sns/latest/dg/sns-enable-encryption-for-topic-sqs-queue-subscriptions.html",
)
def a_queue_whose_key_lets_no_topic_in(stack: Stack, wall: bool) -> None:
    topic = stack.make("aws:sns/topic:Topic", "topic")
    who = "events.amazonaws.com" if wall else "sns.amazonaws.com"
    key = stack.make("aws:kms/key:Key", "key", policy=policy(allow(who, "kms:Decrypt", "kms:GenerateDataKey*")))
    queue = stack.make("aws:sqs/queue:Queue", "queue", kms_master_key_id=key.id)
    said = policy(allow("sns.amazonaws.com", "sqs:SendMessage"))
    stack.make("aws:sqs/queuePolicy:QueuePolicy", "said", queue_url=queue.id, policy=said)
    _subscribe(stack, topic, queue, "sqs")


@pair(rules.FUNCTION_POLICY, "Topic", "Function", "https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html")
def a_function_that_no_topic_may_invoke(stack: Stack, wall: bool) -> None:
    topic = stack.make("aws:sns/topic:Topic", "topic")
    function = stack.make("aws:lambda/function:Function", "function", role="arn:aws:iam::1:role/x")
    _subscribe(stack, topic, function, "lambda")
    if not wall:
        stack.make(
            "aws:lambda/permission:Permission", "invoked", action="lambda:InvokeFunction", function=function.id,
            principal="sns.amazonaws.com",
        )  # fmt: skip


def _subscribe(stack: Stack, topic: Record, target: Record, protocol: str) -> None:
    stack.make(
        "aws:sns/topicSubscription:TopicSubscription", "subscription", topic=topic.outputs["arn"], protocol=protocol,
        endpoint=target.outputs["arn"],
    )  # fmt: skip


@pair(rules.QUEUE_POLICY, "Bucket", "Queue", _NOTICES)
def a_queue_that_takes_from_no_bucket(stack: Stack, wall: bool) -> None:
    bucket, queue = stack.make("aws:s3/bucket:Bucket", "files"), stack.make("aws:sqs/queue:Queue", "queue")
    told = [{"queue_arn": queue.outputs["arn"], "events": ["s3:ObjectCreated:*"]}]
    stack.make("aws:s3/bucketNotification:BucketNotification", "told", bucket=bucket.id, queues=told)
    who = "sns.amazonaws.com" if wall else "s3.amazonaws.com"
    stack.make(
        "aws:sqs/queuePolicy:QueuePolicy", "said", queue_url=queue.id, policy=policy(allow(who, "sqs:SendMessage"))
    )


@pair(rules.FUNCTION_POLICY, "Bucket", "Function", "https://docs.aws.amazon.com/lambda/latest/dg/with-s3.html")
def a_function_that_no_bucket_may_invoke(stack: Stack, wall: bool) -> None:
    bucket = stack.make("aws:s3/bucket:Bucket", "files")
    function = stack.make("aws:lambda/function:Function", "function", role="arn:aws:iam::1:role/x")
    told = [{"lambda_function_arn": function.outputs["arn"], "events": ["s3:ObjectCreated:*"]}]
    stack.make("aws:s3/bucketNotification:BucketNotification", "told", bucket=bucket.id, lambda_functions=told)
    if not wall:
        stack.make(
            "aws:lambda/permission:Permission", "invoked", action="lambda:InvokeFunction", function=function.id,
            principal="s3.amazonaws.com",
        )  # fmt: skip


@pair(rules.BUCKET_POLICY, "LoadBalancer", "Bucket",
      "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html")  # fmt: skip
def a_bucket_that_takes_logs_under_another_prefix(stack: Stack, wall: bool) -> None:
    vpc = stack.vpc()
    bucket = stack.make("aws:s3/bucket:Bucket", "kept")
    own = stack.group(vpc, "balancer", ingress=[rule(80, cidr="10.0.0.0/16")])
    stack.make(
        "aws:lb/loadBalancer:LoadBalancer", "balancer", internal=True, security_groups=[own.id],
        subnets=[stack.subnet(vpc, "inner", "10.0.0.0/24").id],
        access_logs={"bucket": bucket.id, "enabled": True, "prefix": "balancer"},
    )  # fmt: skip
    path = f"{bucket.outputs['arn']}/{'other' if wall else 'balancer'}/AWSLogs/123456789012/*"
    said = allow("logdelivery.elasticloadbalancing.amazonaws.com", "s3:PutObject", resource=path)
    stack.make("aws:s3/bucketPolicy:BucketPolicy", "kept-policy", bucket=bucket.id, policy=policy(said))
