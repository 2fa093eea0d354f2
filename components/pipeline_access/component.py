"""How the pipeline enters the account: by GitHub's tokens, to plan or to deploy, without a key that could leak."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from ..shared.watch import Watch
from .boundary import bounds
from .permissions import AUDIENCE, ISSUER, deploys, github_trust, keeps_secrets
from .scope import Scope
from .settings import PipelineSettings
from .watch import watch

_BOUNDARY = "boundary"
# of AWS's own policies
_READS = "ReadOnlyAccess"
# `up` takes most of an hour the first time; a session as the default has it would end in the middle
DEPLOY_SECONDS = 2 * 3600


@dataclass(frozen=True, kw_only=True)
class PipelineAccessArgs:
    """Which repository (settings), and what of whose it deploys.

    Unless the settings name another, `stack` is also the GitHub environment whose approval opens the deploy role; the
    plan role's is `drift-` and that.
    """

    settings: PipelineSettings
    project: str
    stack: str
    hosted_zone_id: str | None
    tags: Mapping[str, str]


class PipelineAccess(pulumi.ComponentResource):
    """GitHub's OIDC provider, a role that plans and sees no secret, one that deploys, and the boundary of both.

    The boundary forbids the pipeline to change any of these: a person does, with `pulumi up` of their own.
    """

    plan_role_arn: pulumi.Output[str]
    deploy_role_arn: pulumi.Output[str]
    boundary_arn: pulumi.Output[str]

    def __init__(self, name: str, args: PipelineAccessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:pipeline_access:PipelineAccess", name, {}, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        lookup = pulumi.InvokeOutputOptions(parent=self)
        self._partition = aws.get_partition_output(opts=lookup).partition
        account = aws.get_caller_identity_output(opts=lookup).account_id
        settings = args.settings
        self._scope = scope = Scope(
            partition=self._partition,
            account=account,
            project=args.project,
            stack=args.stack,
            tags=args.tags,
            hosted_zone_id=args.hosted_zone_id,
            state_bucket=settings.state_bucket,
            state_key_arn=settings.state_key_arn,
        )
        # its own ARN stands in it, so its name is given
        boundary_name = f"{scope.stack_name}-{name}-{_BOUNDARY}"
        arn = pulumi.Output.concat("arn:", self._partition, ":iam::", account, ":policy/", boundary_name)
        boundary = self._policy(
            _BOUNDARY, bounds(scope, arn), "What no role of the stack gets past", policy_name=boundary_name
        )
        provider = settings.existing_provider_arn or self._github()

        environment = settings.environment or args.stack
        plan = self._role("plan", github_trust(provider, settings.repository, f"drift-{environment}"), boundary)
        self._attach("plan", "reads", plan, self._aws_policy(_READS))
        keeps = self._policy("keeps-secrets", keeps_secrets(scope), "No secret's value, for whoever plans")
        self._attach("plan", "keeps-secrets", plan, keeps.arn)

        deploy = self._role("deploy", github_trust(provider, settings.repository, environment), boundary)
        self._attach("deploy", "reads", deploy, self._aws_policy(_READS))
        for topic, written in deploys(scope).items():
            policy = self._policy(topic, written, f"What deploying takes: {topic}")
            self._attach("deploy", topic, deploy, policy.arn)

        self.plan_role_arn, self.deploy_role_arn, self.boundary_arn = plan.arn, deploy.arn, boundary.arn
        self.register_outputs(
            {
                "plan_role_arn": self.plan_role_arn,
                "deploy_role_arn": self.deploy_role_arn,
                "boundary_arn": self.boundary_arn,
            }
        )

    @property
    def watch(self) -> Watch:
        """What watches deployments."""
        return watch()

    def _github(self) -> pulumi.Output[str]:
        # IAM knows GitHub's certificates by itself: no thumbprint is wanted any more
        return aws.iam.OpenIdConnectProvider(
            f"{self._name}-github",
            url=f"https://{ISSUER}",
            client_id_lists=[AUDIENCE],
            tags=dict(self._args.tags),
            opts=self._child,
        ).arn

    def _aws_policy(self, policy: str) -> pulumi.Output[str]:
        return pulumi.Output.concat("arn:", self._partition, ":iam::aws:policy/", policy)

    def _policy(
        self, topic: str, document: Mapping[str, object], description: str, *, policy_name: str | None = None
    ) -> aws.iam.Policy:
        return aws.iam.Policy(
            f"{self._name}-{topic}",
            name=policy_name,
            description=description,
            policy=pulumi.Output.json_dumps(document),
            tags=dict(self._args.tags),
            opts=self._child,
        )

    def _role(self, purpose: str, trust: Mapping[str, object], boundary: aws.iam.Policy) -> aws.iam.Role:
        return aws.iam.Role(
            f"{self._name}-{purpose}",
            # the workflows' variables and the cluster's access entries name it before it is there
            name=f"{self._scope.stack_name}-{self._name}-{purpose}",
            assume_role_policy=pulumi.Output.json_dumps(trust),
            description=f"GitHub Actions: {purpose}s {self._scope.stack_name}",
            permissions_boundary=boundary.arn,
            max_session_duration=DEPLOY_SECONDS,
            tags=dict(self._args.tags),
            opts=self._child,
        )

    def _attach(self, role_purpose: str, topic: str, role: aws.iam.Role, policy_arn: pulumi.Input[str]) -> None:
        aws.iam.RolePolicyAttachment(
            f"{self._name}-{role_purpose}-{topic}", role=role.name, policy_arn=policy_arn, opts=self._child
        )


def bind_roles(boundary_arn: pulumi.Output[str]) -> None:
    """Set the boundary on every role that the program makes from here on: the pipeline may make no other."""

    def bound(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        if args.type_ != "aws:iam/role:Role" or args.props.get("permissions_boundary") is not None:
            return None
        return pulumi.ResourceTransformationResult({**args.props, "permissions_boundary": boundary_arn}, args.opts)

    pulumi.runtime.register_stack_transformation(bound)
