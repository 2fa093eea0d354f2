"""The account's own registry, between the cluster and the registries on the internet."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from ..shared.iam_documents import Statement, allow
from .images import DOCKER_HUB, GITHUB, UPSTREAMS
from .relocation import chart_values, pod_images
from .settings import ImageCacheSettings

# of ecrRepositoryPrefix (CreatePullThroughCacheRule)
LONGEST_PREFIX = 30
# layers of a version that was replaced, and of no other
UNTAGGED_DAYS = 30
RELEASE = "kubernetes:helm.sh/v3:Release"
WORKLOADS = tuple(
    f"kubernetes:{kind}"
    for kind in ("apps/v1:DaemonSet", "apps/v1:Deployment", "apps/v1:StatefulSet", "batch/v1:CronJob", "batch/v1:Job")
)


@dataclass(frozen=True, kw_only=True)
class ImageCacheArgs:
    """Whose images these are (settings), and where; `prefix` begins the repositories' names, such as `orders-prod`."""

    settings: ImageCacheSettings
    prefix: str
    region: str


class ImageCache(pulumi.ComponentResource):
    """Rules by which ECR fetches what is pulled and keeps it, and what nodes need to have it fetch.

    The repositories are ECR's to make, and outlive the stack. They are under AES-256: all that lies there is public,
    and a key or tags would take a role of their own. There is no policy of the whole registry, which is one for all
    stacks of an account and region: who may pull is said by roles.
    """

    host: pulumi.Output[str]

    def __init__(self, name: str, args: ImageCacheArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:image_cache:ImageCache", name, {}, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self._lookup = pulumi.InvokeOutputOptions(parent=self)
        self._account = aws.get_caller_identity_output(opts=self._lookup).account_id
        template = self._template()
        rules = [self._rule(upstream) for upstream in UPSTREAMS]
        # whoever names an image waits until it can be had
        self.host = pulumi.Output.all(
            self._account, template.prefix, *(rule.ecr_repository_prefix for rule in rules)
        ).apply(lambda known: f"{known[0]}.dkr.ecr.{args.region}.amazonaws.com")
        self.register_outputs({"host": self.host})

    def route_images(self) -> None:
        """Have every chart and pod that the program makes from here on take its images from the account."""
        host, prefix = self.host, self._args.prefix

        def routed(made: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
            if made.type_ == RELEASE:
                chart, values = str(made.props["chart"]).rpartition("/")[2], made.props["values"]
                if not isinstance(values, Mapping):
                    raise pulumi.RunError(f"values of the chart {chart} must be plain data for its images to be found")
                changed: dict[str, Any] = {"values": chart_values(chart, values, host, prefix)}
            elif made.type_ in WORKLOADS:
                changed = {"spec": pod_images(made.props["spec"], host, prefix)}
            else:
                return None
            return pulumi.ResourceTransformationResult({**made.props, **changed}, made.opts)

        pulumi.runtime.register_stack_transformation(routed)

    def _template(self) -> aws.ecr.RepositoryCreationTemplate:
        rules = [
            _expires(1, {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days",
                         "countNumber": UNTAGGED_DAYS}),
            _expires(2, {"tagStatus": "tagged", "tagPatternList": ["*"], "countType": "imageCountMoreThan",
                         "countNumber": self._args.settings.kept_versions}),
        ]  # fmt: skip
        return aws.ecr.RepositoryCreationTemplate(
            f"{self._name}-template",
            prefix=self._args.prefix,
            description="Images of other registries",
            applied_fors=["PULL_THROUGH_CACHE"],
            encryption_configurations=[{"encryption_type": "AES256"}],
            # a version stays what it was when it was first pulled, whatever its registry says later
            image_tag_mutability="IMMUTABLE",
            lifecycle_policy=json.dumps({"rules": rules}, sort_keys=True),
            opts=self._child,
        )

    def _rule(self, registry: str) -> aws.ecr.PullThroughCacheRule:
        settings, upstream = self._args.settings, UPSTREAMS[registry]
        prefix = f"{self._args.prefix}/{upstream.folder}"
        if len(prefix) > LONGEST_PREFIX:
            raise pulumi.RunError(
                f"the repositories' prefix {prefix} must have at most {LONGEST_PREFIX} characters, got {len(prefix)}: "
                "shorten the name of project or stack"
            )
        secret = {DOCKER_HUB: settings.docker_hub_secret_name, GITHUB: settings.github_secret_name}.get(registry)
        return aws.ecr.PullThroughCacheRule(
            f"{self._name}-{upstream.folder}",
            ecr_repository_prefix=prefix,
            upstream_registry_url=upstream.url,
            credential_arn=aws.secretsmanager.get_secret_output(name=secret, opts=self._lookup).arn if secret else None,
            opts=self._child,
        )

    @property
    def node_statements(self) -> list[Statement]:
        """What nodes may do for it: have ECR fetch what it does not keep yet."""
        partition = aws.get_partition_output(opts=self._lookup).partition
        own = pulumi.Output.concat(
            "arn:", partition, f":ecr:{self._args.region}:", self._account, f":repository/{self._args.prefix}/*"
        )
        # a repository is made when the first of its images is pulled (ECR user guide, pull-through-cache-iam)
        return [allow("FetchesImages", ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"], [own])]


def _expires(priority: int, selection: Mapping[str, object]) -> Mapping[str, object]:
    return {"rulePriority": priority, "selection": selection, "action": {"type": "expire"}}
