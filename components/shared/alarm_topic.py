"""Where alarms of AWS's own services arrive."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from .data_key import DataKey, DataKeyArgs
from .iam_documents import WITHOUT_SOURCE, allow_principal, document
from .references import AlarmTarget

# who speaks here: budgets, alarms, anomalies of cost, rules on events (AWS Backup's among them), events of RDS
PUBLISHERS = (
    "budgets.amazonaws.com", "cloudwatch.amazonaws.com", "costalerts.amazonaws.com", "events.amazonaws.com",
    "events.rds.amazonaws.com",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class AlarmTopicArgs:
    """Who is told by mail, each address of which must confirm once; in which region, for an alarm tells its own alone.

    `kms_key_arn`: a key there that lets alarms use it, in place of one of the topic's own.
    """

    emails: Sequence[str]
    region: str
    tags: Mapping[str, str]
    kms_key_arn: pulumi.Input[str] | None = None


class AlarmTopic(pulumi.ComponentResource):
    """An SNS topic under its own key, to which services that alarm publish, for this account where they say so."""

    arn: pulumi.Output[str]
    key_arn: pulumi.Output[str]

    def __init__(self, name: str, args: AlarmTopicArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:shared:AlarmTopic", name, {}, opts)
        child, lookup = pulumi.ResourceOptions(parent=self), pulumi.InvokeOutputOptions(parent=self)
        key_arn = args.kms_key_arn
        if key_arn is None:
            # the default key of SNS would turn services' messages away (CloudWatch user guide, SNS encryption)
            key_args = DataKeyArgs(purpose="Alarms", region=args.region, tags=args.tags, services=PUBLISHERS)
            key_arn = DataKey(f"{name}-key", key_args, child).arn
        topic = aws.sns.Topic(
            f"{name}-topic", kms_master_key_id=key_arn, region=args.region, tags=dict(args.tags), opts=child
        )
        account = aws.get_caller_identity_output(opts=lookup).account_id
        here = {"StringEquals": {"aws:SourceAccount": account}}
        publish = [
            allow_principal(
                sid,
                {"Service": [each for each in PUBLISHERS if (each in WITHOUT_SOURCE) == (conditions is None)]},
                ["sns:Publish"],
                [topic.arn],
                conditions=conditions,
            )
            for sid, conditions in (("ServicesOfThisAccountPublish", here), ("RulesOnEventsPublish", None))
        ]
        policy = aws.sns.TopicPolicy(
            f"{name}-policy",
            arn=topic.arn,
            policy=pulumi.Output.json_dumps(document(publish)),
            region=args.region,
            opts=child,
        )
        for email in dict.fromkeys(args.emails):
            aws.sns.TopicSubscription(
                # by address: one that is taken out must not make the next confirm anew
                f"{name}-mail-{email}",
                topic=topic.arn,
                protocol="email",
                endpoint=email,
                region=args.region,
                opts=child,
            )
        # asked of the policy, so that whoever is handed it may publish
        self.arn = policy.arn
        self.key_arn = pulumi.Output.from_input(key_arn)
        self.register_outputs({"arn": self.arn, "key_arn": self.key_arn})

    @property
    def target(self) -> AlarmTarget:
        """What alarms need to tell it."""
        return AlarmTarget(arn=self.arn, key_arn=self.key_arn)
