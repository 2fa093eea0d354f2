"""Changes of what holds data: those that change it in place or not at all, and those that make it anew.

Name -> (class of the SDK, inputs, changed inputs that lose nothing, changed inputs that lose what it holds). None
leaves an input out. What is nested, unordered, respelled or a default is what tables by hand get wrong.
"""

import json
from typing import Any

Row = tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]
_ACCOUNT = "123456789012"
_KEY, _OTHER_KEY = (
    f"arn:aws:kms:us-east-1:{_ACCOUNT}:key/12345678-1234-1234-1234-12345678901{digit}" for digit in "23"
)
_SUBNETS = [f"subnet-{digit * 17}" for digit in "abc"]
_GROUPS = [f"sg-{digit * 17}" for digit in "ab"]
_STATEMENT = {"Sid": "a", "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{_ACCOUNT}:root"}, "Resource": "*"}


def _policy(action: Any, **spelling: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{**_STATEMENT, "Action": action}]}, **spelling)


CHANGES: dict[str, Row] = {
    "bucket": ("s3.Bucket", {"bucket": "files-1"}, {"tags": {"a": "b"}, "force_destroy": False}, {"bucket": "files-2"}),
    "table": (
        "dynamodb.Table",
        {
            "hash_key": "id",
            "billing_mode": "PAY_PER_REQUEST",
            "attributes": [{"name": "id", "type": "S"}, {"name": "at", "type": "N"}],
            "global_secondary_indexes": [{"name": "by-time", "hash_key": "at", "projection_type": "ALL"}],
        },
        {
            "attributes": [{"name": "at", "type": "N"}, {"name": "id", "type": "S"}],
            "stream_enabled": False,
        },
        {"hash_key": "at", "range_key": "id"},
    ),
    "database": (
        "rds.Instance",
        {
            "engine": "postgres",
            "instance_class": "db.t4g.small",
            "allocated_storage": 20,
            "username": "owner",
            "manage_master_user_password": True,
            "storage_encrypted": True,
            "skip_final_snapshot": True,
            "vpc_security_group_ids": _GROUPS,
        },
        {
            "instance_class": "db.t4g.medium",
            "allocated_storage": 40,
            "auto_minor_version_upgrade": True,
            "vpc_security_group_ids": _GROUPS[::-1],
        },
        {"storage_encrypted": False},
    ),
    "aurora": (
        "rds.Cluster",
        {
            "engine": "aurora-postgresql",
            "master_username": "owner",
            "manage_master_user_password": True,
            "database_name": "app",
            "skip_final_snapshot": True,
        },
        {"backup_retention_period": 7, "copy_tags_to_snapshot": False, "deletion_protection": False},
        {"database_name": "other"},
    ),
    "documents": (
        "docdb.ElasticCluster",
        {
            "admin_user_name": "owner",
            "admin_user_password": "Correct-Horse-9",
            "auth_type": "PLAIN_TEXT",
            "shard_capacity": 2,
            "shard_count": 1,
            "subnet_ids": _SUBNETS[:2],
            "vpc_security_group_ids": _GROUPS,
        },
        {
            "shard_count": 2,
            "admin_user_password": "Battery-Staple-8",
            "subnet_ids": _SUBNETS[1::-1],
            "vpc_security_group_ids": _GROUPS[::-1],
        },
        {"admin_user_name": "other"},
    ),
    "warehouse": (
        "redshift.Cluster",
        {
            "cluster_identifier": "warehouse",
            "node_type": "ra3.xlplus",
            "master_username": "owner",
            "manage_master_password": True,
            "skip_final_snapshot": True,
        },
        {"number_of_nodes": 2, "cluster_type": "multi-node", "allow_version_upgrade": True},
        {"master_username": "other"},
    ),
    "cache": (
        "elasticache.ReplicationGroup",
        {
            "description": "jobs",
            "engine": "valkey",
            "node_type": "cache.t4g.small",
            "num_cache_clusters": 2,
            "automatic_failover_enabled": True,
            "transit_encryption_enabled": True,
        },
        {"node_type": "cache.t4g.medium", "num_cache_clusters": 3, "at_rest_encryption_enabled": True},
        {"kms_key_id": _KEY},
    ),
    "files": (
        "efs.FileSystem",
        {"encrypted": True, "kms_key_id": _KEY},
        {
            "throughput_mode": "elastic",
            "performance_mode": "generalPurpose",
            "lifecycle_policies": [{"transition_to_ia": "AFTER_30_DAYS"}],
        },
        {"kms_key_id": _OTHER_KEY},
    ),
    "volume": (
        "ebs.Volume",
        {"availability_zone": "us-east-1a", "size": 10, "type": "gp3", "encrypted": True},
        {"size": 20, "throughput": 200},
        {"availability_zone": "us-east-1b"},
    ),
    "stream": (
        "kinesis.Stream",
        {"shard_count": 1, "name": "events"},
        {"shard_count": 2, "retention_period": 48},
        {"name": "other-events"},
    ),
    "queue": (
        "sqs.Queue",
        {
            "redrive_policy": json.dumps(
                {"deadLetterTargetArn": f"arn:aws:sqs:us-east-1:{_ACCOUNT}:dead", "maxReceiveCount": 5}
            )
        },
        {
            "redrive_policy": json.dumps(
                {"maxReceiveCount": 5, "deadLetterTargetArn": f"arn:aws:sqs:us-east-1:{_ACCOUNT}:dead"}, indent=2
            ),
            "visibility_timeout_seconds": 30,
            "message_retention_seconds": 345600,
        },
        {"name": "another-queue"},
    ),
    "broker": (
        "mq.Broker",
        {
            "broker_name": "broker",
            "engine_type": "RabbitMQ",
            "engine_version": "3.13",
            "auto_minor_version_upgrade": True,
            "host_instance_type": "mq.m5.large",
            "users": [{"username": "owner", "password": "Correct-Horse-9!"}],
        },
        {"tags": {"a": "b"}, "publicly_accessible": False},
        {"broker_name": "other-broker"},
    ),
    "search": (
        "opensearch.Domain",
        {"domain_name": "search", "ebs_options": {"ebs_enabled": True, "volume_size": 10}},
        {"ebs_options": {"ebs_enabled": True, "volume_size": 20}, "tags": {"a": "b"}},
        {"domain_name": "other-search"},
    ),
    "key": (
        "kms.Key",
        {"policy": _policy("kms:*"), "deletion_window_in_days": 30},
        {"policy": _policy(["kms:*"], indent=1), "enable_key_rotation": True, "key_usage": "ENCRYPT_DECRYPT"},
        {"customer_master_key_spec": "RSA_2048"},
    ),
    "images": (
        "ecr.Repository",
        {"name": "images"},
        {"image_tag_mutability": "MUTABLE", "image_scanning_configuration": {"scan_on_push": True}},
        {"encryption_configurations": [{"encryption_type": "KMS", "kms_key": _KEY}]},
    ),
    "people": (
        "cognito.UserPool",
        {"name": "people", "username_attributes": ["email", "phone_number"]},
        {"username_attributes": ["phone_number", "email"], "deletion_protection": "INACTIVE", "tags": {"a": "b"}},
        {"username_attributes": ["email"]},
    ),
    "logs": (
        "cloudwatch.LogGroup",
        {"name": "logs", "retention_in_days": 7},
        {"retention_in_days": 14, "log_group_class": "STANDARD"},
        {"name": "other-logs"},
    ),
    "secret": (
        "secretsmanager.Secret",
        {"name": "secret", "recovery_window_in_days": 7},
        {"description": "what opens it", "recovery_window_in_days": 8},
        {"name": "other-secret"},
    ),
    "parameter": (
        "ssm.Parameter",
        {"name": "/app/level", "type": "String", "value": "1"},
        {"value": "2", "description": "how loud", "data_type": "text"},
        {"name": "/app/other"},
    ),
    "vault": ("backup.Vault", {"name": "vault"}, {"force_destroy": False, "tags": {"a": "b"}}, {"name": "other-vault"}),
    "zone": (
        "route53.Zone",
        {"name": "example.com"},
        {"name": "example.com.", "comment": "ours", "force_destroy": True},
        {"name": "example.org"},
    ),
    "cluster": (
        "eks.Cluster",
        {
            "name": "cluster",
            "role_arn": f"arn:aws:iam::{_ACCOUNT}:role/cluster",
            "vpc_config": {"subnet_ids": _SUBNETS, "security_group_ids": _GROUPS},
            "kubernetes_network_config": {"service_ipv4_cidr": "172.20.0.0/16"},
        },
        {
            "vpc_config": {"subnet_ids": _SUBNETS[::-1], "security_group_ids": _GROUPS[::-1]},
            "enabled_cluster_log_types": ["audit"],
            "bootstrap_self_managed_addons": True,
        },
        {"kubernetes_network_config": {"service_ipv4_cidr": "172.21.0.0/16"}},
    ),
    "network": (
        "ec2.Vpc",
        {"cidr_block": "10.0.0.0/16"},
        {"enable_dns_hostnames": True, "instance_tenancy": "default"},
        {"cidr_block": "10.1.0.0/16"},
    ),
    "address": (
        "ec2.Eip",
        {"domain": "vpc"},
        {"tags": {"a": "b"}},
        {"public_ipv4_pool": "ipv4pool-ec2-0123456789abcdef0"},
    ),
}


def inputs(stage: int) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return each resource's class and inputs: 1 as they were made, 2 with what loses nothing, 3 with what does."""
    return {
        name: (
            row[0],
            {key: value for key, value in {**row[1], **row[1:][stage - 1]}.items() if value is not None},
        )
        for name, row in CHANGES.items()
    }
