"""Where the images lie that this repository's workflows build, and who may push them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.pipeline_access.permissions import workflow_trust
from components.shared.iam_documents import allow, allow_principal, document

# layers of an index that nobody names any more; what is pinned by digest bears a tag, and stays
UNTAGGED_DAYS = 30
_PULLS = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
_PUSHES = ("ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart")


@dataclass(frozen=True, kw_only=True)
class ImageRepositoriesArgs:
    """Their names, the workflows that push to them (GitHub's provider and repository), and the accounts that pull."""

    names: Sequence[str]
    provider_arn: pulumi.Input[str]
    repository: str
    pulling_accounts: Sequence[str]
    tags: Mapping[str, str]


class ImageRepositories(pulumi.ComponentResource):
    """Repositories whose tags never move, scanned as they fill, and the role of main's workflows that fills them."""

    urls: Mapping[str, pulumi.Output[str]]
    role_arn: pulumi.Output[str]

    def __init__(self, name: str, args: ImageRepositoriesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:bootstrap:ImageRepositories", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        partition = aws.get_partition_output(opts=pulumi.InvokeOutputOptions(parent=self)).partition
        made = {
            each: self._repository(f"{name}-{each.replace('/', '-')}", each, args, partition) for each in args.names
        }
        role = aws.iam.Role(
            f"{name}-pushes",
            description="GitHub Actions: publishes images",
            assume_role_policy=pulumi.Output.json_dumps(workflow_trust(args.provider_arn, args.repository)),
            tags=dict(args.tags),
            opts=child,
        )
        aws.iam.RolePolicy(
            f"{name}-pushes-policy",
            role=role.name,
            policy=pulumi.Output.json_dumps(
                document(
                    [
                        # it is about no resource (Service Authorization Reference)
                        allow("LogsIn", ["ecr:GetAuthorizationToken"], ["*"]),
                        allow("Pushes", [*_PULLS, *_PUSHES], [each.arn for each in made.values()]),
                    ]
                )
            ),
            opts=child,
        )
        self.urls = {each: repository.repository_url for each, repository in made.items()}
        self.role_arn = role.arn
        self.register_outputs({"urls": self.urls, "role_arn": self.role_arn})

    def _repository(
        self, resource_name: str, name: str, args: ImageRepositoriesArgs, partition: pulumi.Output[str]
    ) -> aws.ecr.Repository:
        child = pulumi.ResourceOptions(parent=self)
        repository = aws.ecr.Repository(
            resource_name,
            name=name,
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration=aws.ecr.RepositoryImageScanningConfigurationArgs(scan_on_push=True),
            encryption_configurations=[aws.ecr.RepositoryEncryptionConfigurationArgs(encryption_type="KMS")],
            tags=dict(args.tags),
            opts=child,
        )
        expires = {
            "rulePriority": 1,
            "description": f"what no tag names goes after {UNTAGGED_DAYS} days",
            "selection": {
                **{"tagStatus": "untagged", "countType": "sinceImagePushed"},
                **{"countUnit": "days", "countNumber": UNTAGGED_DAYS},
            },
            "action": {"type": "expire"},
        }
        aws.ecr.LifecyclePolicy(
            f"{resource_name}-expiry", repository=repository.name, policy=json.dumps({"rules": [expires]}), opts=child
        )
        if args.pulling_accounts:
            pullers = [
                pulumi.Output.concat("arn:", partition, ":iam::", each, ":root") for each in args.pulling_accounts
            ]
            aws.ecr.RepositoryPolicy(
                f"{resource_name}-pulls",
                repository=repository.name,
                policy=pulumi.Output.json_dumps(
                    document([allow_principal("AccountsPull", {"AWS": pullers}, list(_PULLS), [])])
                ),
                opts=child,
            )
        return repository
