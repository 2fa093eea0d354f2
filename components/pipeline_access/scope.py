"""What belongs to a stack, as patterns of ARNs: for roles that may touch that and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass

from pulumi import Input, Output

# Service -> where its resources lie. {named} is a thing's name, or begins it with a dash: what is called
# `orders-production` is not `orders-prod`'s.
_EVERYWHERE = "arn:{partition}:{service}:*:{account}:*"
_NAMED = ("arn:{partition}:{service}:*:{account}:*:{named}", "arn:{partition}:{service}:*:{account}:*:{named}-*")
RESOURCES: Mapping[str, tuple[str, ...]] = {
    # an image belongs to another account
    "ec2": (_EVERYWHERE, "arn:{partition}:ec2:*::image/*"),
    "eks": ("arn:{partition}:eks:*:{account}:*/{named}", "arn:{partition}:eks:*:{account}:*/{named}/*"),
    "elasticache": (*_NAMED, "arn:{partition}:elasticache:*:{account}:parametergroup:default.*"),
    "events": ("arn:{partition}:events:*:{account}:rule/{named}-*",),
    "iam": (
        *(f"arn:{{partition}}:iam::{{account}}:{kind}/{{named}}-*" for kind in ("role", "instance-profile")),
        "arn:{partition}:iam::{account}:role/{named}/*",
    ),
    # of canaries
    "lambda": tuple(
        f"arn:{{partition}}:lambda:*:{{account}}:{kind}:cwsyn-{{named}}-*" for kind in ("function", "layer")
    ),
    # what RDS names by an id of its own comes last
    "rds": (
        *_NAMED,
        "arn:{partition}:rds:*:{account}:og:default:*",
        *(
            f"arn:{{partition}}:rds:*:{{account}}:{kind}:*"
            for kind in ("auto-backup", "db-proxy", "deployment", "target-group")
        ),
    ),
    "route53": ("arn:{partition}:route53:::hostedzone/{zone}", "arn:{partition}:route53:::healthcheck/*"),
    "s3": ("arn:{partition}:s3:::{named}-*",),
    "secretsmanager": ("arn:{partition}:secretsmanager:*:{account}:secret:{named}-*",),
    "sns": ("arn:{partition}:sns:*:{account}:{named}-*",),
    "sqs": ("arn:{partition}:sqs:*:{account}:{named}-*",),
    "synthetics": ("arn:{partition}:synthetics:*:{account}:canary:{named}-*",),
}


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Where the stack lies, and by what its things are known: how their names begin, and the tags that say whose.

    `hosted_zone_id` is the zone of its records, if it has any.
    """

    partition: Input[str]
    account: Input[str]
    project: str
    stack: str
    tags: Mapping[str, str]
    hosted_zone_id: str | None
    state_bucket: str | None
    state_key_arn: str | None

    @property
    def stack_name(self) -> str:
        """How the names of what it makes begin (`orders-prod`)."""
        return f"{self.project}-{self.stack}"

    def arn(self, pattern: str, service: str = "") -> Output[str]:
        """Fill in a pattern."""
        return Output.format(
            pattern.replace("{service}", service)
            .replace("{named}", self.stack_name)
            .replace("{zone}", self.hosted_zone_id or ""),
            partition=self.partition,
            account=self.account,
        )

    def arns(self, service: str) -> list[Output[str]]:
        """Return the patterns of what a service holds of the stack's."""
        patterns = RESOURCES.get(service, (_EVERYWHERE,))
        return [self.arn(each, service) for each in patterns if self.hosted_zone_id or "{zone}" not in each]

    def own_roles(self) -> list[Output[str]]:
        """Return the patterns of the roles that the stack makes, the pipeline's among them."""
        return [self.arn(each) for each in RESOURCES["iam"] if ":role/" in each]

    def state(self) -> list[Output[str]]:
        """Return the objects of the stack's own state, wherever in the bucket Pulumi's folder lies.

        Where they are: pulumi 3.259, pkg/backend/diy: store.go, lock.go, backend.go.
        """
        own = f"{self.project}/{self.stack}"
        objects = (f"stacks/{own}.*", f"history/{own}/*", f"backups/{own}/*", f"locks/*/{own}/*")
        return [self.arn(f"arn:{{partition}}:s3:::{self.state_bucket}/*.pulumi/{each}") for each in objects]

    def state_layout(self) -> Output[str]:
        """Return the object that says how the state's bucket is laid out."""
        return self.arn(f"arn:{{partition}}:s3:::{self.state_bucket}/*.pulumi/meta.yaml")
