"""A bucket that the pods of one service account use, and nobody else."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from ..shared.iam_documents import keep_objects
from ..shared.pod_role import PodRole, PodRoleArgs
from ..shared.secure_bucket import SecureBucket, SecureBucketArgs


@dataclass(frozen=True, kw_only=True)
class PodBucketArgs:
    """Whose it is, and the key that encrypts it."""

    cluster_name: pulumi.Input[str]
    cluster_arn: pulumi.Input[str]
    namespace: str
    service_account: str
    kms_key_arn: pulumi.Input[str]
    access_log_bucket: pulumi.Input[str]
    protect_data: bool
    tags: Mapping[str, str]


class PodBucket(pulumi.ComponentResource):
    """A closed bucket, and a role by Pod Identity that finds, reads, writes and deletes what lies there.

    `usable_name` is known once pods that start get the role: who started before would stay without credentials.
    """

    bucket_name: pulumi.Output[str]
    usable_name: pulumi.Output[str]

    def __init__(self, name: str, args: PodBucketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:monitoring_stack:PodBucket", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        bucket = SecureBucket(
            f"{name}-data",
            SecureBucketArgs(kms_key_arn=args.kms_key_arn, access_log_bucket=args.access_log_bucket, tags=args.tags),
            pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(protect=args.protect_data)),
        )
        role = PodRole(
            f"{name}-role",
            PodRoleArgs(
                cluster_name=args.cluster_name,
                cluster_arn=args.cluster_arn,
                namespace=args.namespace,
                service_account=args.service_account,
                statements=keep_objects(bucket.bucket_arn, kms_key_arn=args.kms_key_arn),
                tags=args.tags,
            ),
            child,
        )
        self.bucket_name = bucket.bucket_name
        known = pulumi.Output.all(bucket.bucket_name, role.association_id)
        self.usable_name = known.apply(lambda both: str(both[0]))
        self.register_outputs({"bucket_name": self.bucket_name, "usable_name": self.usable_name})
