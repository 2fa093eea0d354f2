"""What Loki's chart is told, beyond its defaults."""

from typing import Any

from pulumi import Input

from ..settings import MonitoringSettings
from .charts.common import resources

LOKI_GIB = 10
LOKI_SCHEMA_FROM = "2026-01-01"
# the user that the image grafana/loki runs as
LOKI_USER = 10001


def loki_values(
    settings: MonitoringSettings, *, region: str, bucket: Input[str], service_account: str
) -> dict[str, Any]:
    """Give the values of Loki: one process, its data in S3, nothing beside it."""
    none = {"replicas": 0}
    off = {"enabled": False}
    return {
        # Grafana finds it by this name
        "fullnameOverride": "loki",
        "deploymentMode": "Monolithic",
        "serviceAccount": {"create": True, "name": service_account},
        "loki": {
            # with it on, whoever names a tenant is one; who may reach it at all is the network's business
            "auth_enabled": False,
            "commonConfig": {"replication_factor": 1},
            "storage": {
                "type": "s3",
                "bucketNames": {"chunks": bucket, "ruler": bucket, "admin": bucket},
                "s3": {"region": region},
            },
            "schemaConfig": {
                "configs": [
                    {
                        "from": LOKI_SCHEMA_FROM,
                        "store": "tsdb",
                        "object_store": "s3",
                        "schema": "v13",
                        "index": {"prefix": "index_", "period": "24h"},
                    }
                ]
            },
            "limits_config": {"retention_period": f"{settings.loki_retention_days * 24}h"},
            # the chart leaves it out, and the namespace's Pod Security standard refuses pods without it
            "podSecurityContext": {
                "runAsNonRoot": True,
                "runAsUser": LOKI_USER,
                "runAsGroup": LOKI_USER,
                "fsGroup": LOKI_USER,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            # the retention period alone deletes nothing
            "compactor": {"retention_enabled": True, "delete_request_store": "s3"},
            # reports its use to Grafana Labs otherwise
            "analytics": {"reporting_enabled": False},
        },
        "singleBinary": {
            "replicas": 1,
            "persistence": {"enabled": True, "size": f"{LOKI_GIB}Gi"},
            "resources": resources("100m", "512Mi", "1Gi"),
        },
        # the chart's defaults are for a Loki in many parts
        "read": none,
        "write": none,
        "backend": none,
        "gateway": off,
        "chunksCache": off,
        "resultsCache": off,
        "lokiCanary": off,
        "test": off,
        # would watch every ConfigMap and Secret of the cluster, for rules that nobody writes
        "sidecar": {"rules": off},
    }
