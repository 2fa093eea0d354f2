"""What every component keeps to, however many there come to be; the whole program is its own fixture."""

import importlib
import inspect
import json
import pkgutil
from collections.abc import Iterator

import pulumi
import pulumi_aws as aws
import pytest

import components
from sandbox import schema
from testing.cloud import Created
from testing.program import run

# A token is part of every URN: changing one replaces all that lies below it.
TOKENS = {
    "EksCluster": "platform:eks_cluster:EksCluster",
    "FlowiseService": "platform:flowise_service:FlowiseService",
    "MonitoringStack": "platform:monitoring_stack:MonitoringStack",
    "RdsPostgres": "platform:rds_postgres:RdsPostgres",
    "RedisCache": "platform:redis_cache:RedisCache",
    "Vpc": "platform:vpc:Vpc",
    "WafCdn": "platform:waf_cdn:WafCdn",
    "AccessLogBucket": "platform:shared:AccessLogBucket",
    "AlarmBridge": "platform:monitoring_stack:AlarmBridge",
    "AlarmTopic": "platform:shared:AlarmTopic",
    "Backups": "platform:backups:Backups",
    "RestoreCheck": "platform:backups:RestoreCheck",
    "Budget": "platform:backups:Budget",
    "ClientGroup": "platform:shared:ClientGroup",
    "CloudWatchExporter": "platform:monitoring_stack:CloudWatchExporter",
    "ClusterServices": "platform:cluster_services:ClusterServices",
    "ImageCache": "platform:image_cache:ImageCache",
    "IsolatedNamespace": "platform:shared:IsolatedNamespace",
    "Dashboards": "platform:monitoring_stack:Dashboards",
    "CostAnomalies": "platform:backups:CostAnomalies",
    "DataKey": "platform:shared:DataKey",
    "DatabaseLogins": "platform:rds_postgres:DatabaseLogins",
    "DatabaseProxy": "platform:rds_postgres:DatabaseProxy",
    "DatabaseSetup": "platform:rds_postgres:DatabaseSetup",
    "DnsFirewall": "platform:vpc:DnsFirewall",
    "EdgeAlarms": "platform:waf_cdn:EdgeAlarms",
    "EdgeFirewall": "platform:waf_cdn:EdgeFirewall",
    "EventAutoscaler": "platform:web_service:EventAutoscaler",
    "ExistingCache": "platform:redis_cache:ExistingCache",
    "ExistingDatabase": "platform:rds_postgres:ExistingDatabase",
    "FeatureFlags": "platform:feature_flags:FeatureFlags",
    "FlowLog": "platform:vpc:FlowLog",
    "NodeScript": "platform:shared:NodeScript",
    "MigrationJob": "platform:web_service:MigrationJob",
    "ServiceRelease": "platform:web_service:ServiceRelease",
    "WebService": "platform:web_service:WebService",
    "InternalLoadBalancer": "platform:web_service:InternalLoadBalancer",
    "Karpenter": "platform:cluster_services:Karpenter",
    "NodeGroup": "platform:eks_cluster:NodeGroup",
    "OperatorHost": "platform:eks_cluster:OperatorHost",
    "PipelineAccess": "platform:pipeline_access:PipelineAccess",
    "PodRole": "platform:shared:PodRole",
    "PrometheusStack": "platform:monitoring_stack:PrometheusStack",
    "Scrapes": "platform:monitoring_stack:Scrapes",
    "FlowExport": "platform:flowise_service:FlowExport",
    "QueueExporter": "platform:flowise_service:QueueExporter",
    "SearchEngine": "platform:search_engine:SearchEngine",
    "Snapshots": "platform:search_engine:Snapshots",
    "SecretOperator": "platform:cluster_services:SecretOperator",
    "SecretReader": "platform:shared:SecretReader",
    "SecureBucket": "platform:shared:SecureBucket",
    "StaticFiles": "platform:waf_cdn:StaticFiles",
    "StoredSecret": "platform:shared:StoredSecret",
    "SyntheticCheck": "platform:synthetic_check:SyntheticCheck",
    "ThreatDetection": "platform:eks_cluster:ThreatDetection",
    "VpcEndpoints": "platform:vpc:VpcEndpoints",
    "Workload": "platform:web_service:Workload",
    "Datadog": "platform:monitoring_stack:Datadog",
    "LogCollector": "platform:monitoring_stack:LogCollector",
    "LogStore": "platform:monitoring_stack:LogStore",
    "PodBucket": "platform:monitoring_stack:PodBucket",
    "Tracing": "platform:monitoring_stack:Tracing",
}
# type, and the input that must be there and not false
ENCRYPTED = [
    ("aws:cloudwatch/logGroup:LogGroup", "kmsKeyId"),
    ("aws:eks/cluster:Cluster", "encryptionConfig"),
    ("aws:elasticache/replicationGroup:ReplicationGroup", "atRestEncryptionEnabled"),
    ("aws:elasticache/replicationGroup:ReplicationGroup", "kmsKeyId"),
    ("aws:elasticache/replicationGroup:ReplicationGroup", "transitEncryptionEnabled"),
    ("aws:kms/key:Key", "enableKeyRotation"),
    ("aws:rds/instance:Instance", "kmsKeyId"),
    ("aws:rds/instance:Instance", "storageEncrypted"),
    ("aws:secretsmanager/secret:Secret", "kmsKeyId"),
]
# Longest physical name that AWS takes (each service's API reference: Create*).
NAME_LIMITS = {
    "aws:cloudwatch/logGroup:LogGroup": 512,
    "aws:elasticache/parameterGroup:ParameterGroup": 255,
    "aws:elasticache/replicationGroup:ReplicationGroup": 40,
    "aws:elasticache/subnetGroup:SubnetGroup": 255,
    "aws:iam/role:Role": 64,
    "aws:iam/rolePolicy:RolePolicy": 128,
    "aws:lb/loadBalancer:LoadBalancer": 32,
    "aws:lb/targetGroup:TargetGroup": 32,
    "aws:s3/bucket:Bucket": 63,
}
# fields of secrets that tell where and as whom to log in
NOT_SECRET = {"dbname", "email", "engine", "host", "port", "username"}
LONGEST_STACK = "flowise-staging-"
RANDOM_TAIL = "-a1b2c3"

STACKS = pytest.mark.parametrize("stack", ["dev", "prod"])


def component_classes() -> Iterator[type[pulumi.ComponentResource]]:
    for found in pkgutil.walk_packages(components.__path__, "components."):
        module = importlib.import_module(found.name)
        for _, kind in inspect.getmembers(module, inspect.isclass):
            if issubclass(kind, pulumi.ComponentResource) and kind.__module__ == found.name:
                yield kind


def customs(stack: str) -> list[Created]:
    return [each for each in run(stack).cloud.created if each.custom and not each.type.startswith("pulumi:")]


def takes(token: str, name: str) -> bool:
    described = schema.resource(token)
    return described is not None and name in described.inputs


def test_every_component_is_in_the_table_of_tokens() -> None:
    assert {kind.__name__ for kind in component_classes()} == set(TOKENS)


@STACKS
def test_every_component_registers_under_its_token(stack: str) -> None:
    seen = {each.type for each in run(stack).cloud.created if not each.custom}
    # a part may be of use to one stack only; the seven make up every stack
    assert seen <= set(TOKENS.values())
    assert {token for token in TOKENS.values() if ":index:" in token} <= seen


@STACKS
@pytest.mark.parametrize("preview", [True, False])
def test_every_component_registers_the_outputs_it_declares(stack: str, preview: bool) -> None:
    cloud = run(stack, preview=preview).cloud
    declared = {TOKENS[kind.__name__]: set(inspect.get_annotations(kind)) for kind in component_classes()}
    for each in cloud.created:
        if not each.custom:
            assert set(cloud.outputs[each.urn]) == declared[each.type], each.urn


@STACKS
def test_every_child_lies_under_a_component_and_bears_its_name(stack: str) -> None:
    names = {each.urn: each.name for each in run(stack).cloud.created if not each.custom}
    for each in customs(stack):
        assert each.parent in names, f"{each.urn} has no component for a parent"
        assert each.name.startswith(f"{names[each.parent]}-"), each.urn


@STACKS
def test_no_two_resources_share_a_name(stack: str) -> None:
    names = [(each.type, each.name) for each in run(stack).cloud.created]
    assert len(names) == len(set(names))


@STACKS
def test_every_resource_has_a_provider_of_ours(stack: str) -> None:
    assert [each.urn for each in customs(stack) if not each.provider] == []


@STACKS
def test_whatever_takes_tags_has_them(stack: str) -> None:
    wanted = {"Project", "Environment", "ManagedBy", "Owner", "CostCenter"}
    taggable = [each for each in customs(stack) if each.type.startswith("aws:") and takes(each.type, "tags")]
    assert len(taggable) > 40
    assert [each.urn for each in taggable if not wanted <= set(each.inputs.get("tags") or {})] == []


@STACKS
@pytest.mark.parametrize(("token", "property_name"), ENCRYPTED)
def test_whatever_holds_data_is_encrypted(stack: str, token: str, property_name: str) -> None:
    found = [each for each in customs(stack) if each.type == token]
    assert found, f"no {token} in the program: mend the table"
    assert [each.urn for each in found if not each.inputs.get(property_name)] == []


@STACKS
def test_no_secret_reaches_a_plain_input(stack: str) -> None:
    monitor_secrets = _secrets(stack)
    assert monitor_secrets
    for each in customs(stack):
        plain = str({key: value for key, value in each.inputs.items() if key not in each.secrets})
        assert not any(secret in plain for secret in monitor_secrets), each.urn


def _secrets(stack: str) -> set[str]:
    kept = [json.loads(each.inputs["secretString"]) for each in run(stack).cloud.of(aws.secretsmanager.SecretVersion)]
    # a generated one is long; addresses and names in the same secrets are not secret
    return {value for fields in kept for key, value in fields.items() if key not in NOT_SECRET}


@STACKS
def test_exports_hold_no_secret_in_clear(stack: str) -> None:
    exports = run(stack).exports
    assert exports["kubeconfig"][1] is True
    plain = str([value for value, secret in exports.values() if not secret])
    assert not any(secret in plain for secret in _secrets(stack))


@STACKS
def test_data_is_protected_where_settings_say_so(stack: str) -> None:
    stores = ("aws:rds/instance:Instance", "aws:elasticache/replicationGroup:ReplicationGroup")
    protected = {each.protect for each in customs(stack) if each.type in stores}
    assert protected == {stack == "prod"}


def test_only_keys_that_open_what_is_stored_are_held_at_their_version() -> None:
    # another version of a login or of a key that the setup can put in its place is no loss
    versions = [each for each in customs("prod") if each.type == "aws:secretsmanager/secretVersion:SecretVersion"]
    assert {each.name for each in versions if each.protect} == {"app-keys-version"}
    assert "app-owner-version" in {each.name for each in versions}


@STACKS
def test_protection_does_not_hold_who_may_come_in(stack: str) -> None:
    rules = [
        each for each in customs(stack) if each.type == "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
    ]
    assert rules
    assert not any(rule.protect for rule in rules)


@STACKS
def test_physical_names_fit_even_in_the_stack_of_the_longest_name(stack: str) -> None:
    for each in customs(stack):
        limit = NAME_LIMITS.get(each.type)
        if limit and not any(each.inputs.get(key) for key in ("name", "bucket", "replicationGroupId")):
            physical = f"{LONGEST_STACK}{each.name}{RANDOM_TAIL}"
            assert len(physical) <= limit, f"{physical} is longer than {limit}"
