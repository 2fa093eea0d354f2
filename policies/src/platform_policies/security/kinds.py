"""What every type of AWS has that can be encrypted, reached from outside, logged or kept up to date: rules by kind."""

from ..kit import catalogue
from ..kit.reading import given
from ..kit.rule import Resource, Rule
from ..kit.switches import switch

# What is made of these is encrypted where they are; the SDK's own words say so.
_SOURCES = ("sourceDbClusterIdentifier", "snapshotIdentifier", "replicationSourceIdentifier", "sourceRegion", "kinesisSourceConfiguration", "mskSourceConfiguration")  # fmt: skip
_AT_REST = "https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/sec_protect_data_rest_encrypt.html"
_IN_TRANSIT = "https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/sec_protect_data_transit_encrypt.html"
_OWN_KEYS = "https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-mgmt"


def _copied(resource: Resource) -> bool:
    return any(given(resource.get(key)) for key in _SOURCES)


def _own_key(resource: Resource) -> str:
    # a function's key is for its environment, and a stream's for what is encrypted at all
    if resource.type == "aws:lambda/function:Function" and not given(resource.get("environment", "variables")):
        return ""
    return next((place for place, value in catalogue.values(resource, "own_key") if not given(value)), "")


def _no_log(resource: Resource) -> str:
    return next((place for place, value in catalogue.values(resource, "log_exports") if not given(value)), "")


RULES = (
    switch(
        "aws-encrypted", "high", "encrypted", True, "what can be encrypted at rest is", "switch it on; most services cannot in place", "at-rest", spared=_copied, link=_AT_REST,
        refs="FSBP AppSync.1, FSBP DocumentDB.1, FSBP ES.1, FSBP Neptune.1, FSBP WorkSpaces.1, FSBP WorkSpaces.2, FSBP DynamoDB.3, FSBP Opensearch.1, FSBP DataFirehose.1, CKV_AWS_5, CKV_AWS_44, CKV_AWS_47, CKV_AWS_74, CKV_AWS_140, CKV_AWS_155, CKV_AWS_156, CKV_AWS_214, CKV_AWS_235, CKV_AWS_240, CKV_AWS_253, CKV_AWS_255, CKV_AWS_292",
    ),
    switch(
        "aws-in-transit", "high", "in_transit", True, "what can be encrypted in transit is", "switch it on", "in-transit", link=_IN_TRANSIT,
        refs="FSBP AppSync.6, FSBP Opensearch.3, FSBP ES.3, FSBP MSK.1, CKV_AWS_6, CKV_AWS_81, CKV_AWS_83, CKV_AWS_202, CKV_AWS_215, CKV_AWS_220",
    ),
    switch(
        "aws-jobs-in-transit", "low", "between_jobs", True, "what a job's machines tell each other is encrypted", "switch it on: several machines of one job talk over the network", "in-transit",
        link=_IN_TRANSIT, refs="CKV_AWS_369", level="advisory",
    ),
    switch(
        "aws-private", "critical", "public", False, "nothing has an address that the internet reaches, but what must", "switch it off, and reach it over the VPC", "boundary",
        link="https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/sec_network_protection_create_layers.html",
        refs="FSBP DMS.1, FSBP Redshift.1, FSBP RedshiftServerless.3, FSBP ECS.2, FSBP Autoscaling.5, CKV_AWS_69, CKV_AWS_87, CKV_AWS_89, CKV_AWS_102, CKV_AWS_333, CKV_AWS_389",
    ),
    switch(
        "aws-block-public", "high", "blocks_public", True, "every block of public access is on", "switch it on", "boundary", link="https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
        refs="FSBP S3.1, FSBP S3.19, FSBP S3.24, FSBP EMR.2, CKV_AWS_390, CKV_AWS_392",
    ),
    switch(
        "aws-minor-upgrade", "medium", "minor_upgrades", True, "minor versions, which close holes, are taken by themselves", "switch it on", "patching", link="https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/sec_protect_compute_vulnerability_management.html",
        refs="FSBP DMS.6, FSBP MQ.3, FSBP Redshift.6, FSBP RDS.13, CKV_AWS_141, CKV_AWS_207, CKV_AWS_222, CKV_AWS_226, CKV_AWS_322",
    ),
    Rule(
        "aws-own-key", "low", "what holds data is encrypted with a customer managed KMS key", "name a KMS key of your own, where somebody must be able to take it away", "at-rest",
        catalogue.types("own_key"), lambda s: not _own_key(s), where=_own_key, judges=catalogue.told("own_key"), level="advisory", link=_OWN_KEYS,
        refs="FSBP CloudTrail.2, CIS AWS 3.5, CKV_AWS_35, CKV_AWS_142, CKV_AWS_147, CKV_AWS_160, CKV_AWS_173, CKV_AWS_178, CKV_AWS_179, CKV_AWS_182, CKV_AWS_185, CKV_AWS_189, CKV_AWS_201, CKV_AWS_209, CKV_AWS_212, CKV_AWS_221, CKV_AWS_247, CKV_AWS_282, CKV_AWS_347, CKV_AWS_373",
    ),
    Rule(
        "aws-log-exports", "medium", "a cluster's logs are exported to CloudWatch", "name the logs to export, the audit log among them", "audit", catalogue.types("log_exports"),
        lambda s: not _no_log(s), where=_no_log, judges=catalogue.told("log_exports"), refs="FSBP DocumentDB.4, FSBP Neptune.2, FSBP RDS.34, CKV_AWS_85, CKV_AWS_101, CKV_AWS_324",
    ),
)  # fmt: skip
