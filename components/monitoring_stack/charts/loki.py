"""Loki: logs in S3."""

from typing import Any

from pulumi import Input

from ...shared.chart_values import resources
from ..settings.logs import LogSettings

# the disk holds what is not in S3 yet: the write-ahead log, and chunks for an hour or two
DISK_GIB = 10
SCHEMA_FROM = "2026-01-01"
# the user that the image grafana/loki runs as
USER = 10001
# one pod may not take more than this share of what all may write
SHARE_OF_ONE_STREAM = 0.5


def loki_values(settings: LogSettings, *, region: str, bucket: Input[str], service_account: str) -> dict[str, Any]:
    """Return the values of Loki: one process or three alike, their data in S3, nothing beside them."""
    none = {"replicas": 0}
    off = {"enabled": False}
    return {
        # Grafana finds it by this name
        "fullnameOverride": "loki",
        "deploymentMode": "Monolithic",
        "serviceAccount": {"create": True, "name": service_account},
        # it asks the API server nothing
        "defaults": {"automountServiceAccountToken": False},
        "loki": {
            # with it on, whoever names a tenant is one; who may reach it at all is the network's business
            "auth_enabled": False,
            # a write counts once most have it, so of three one may be away, and of two none
            "commonConfig": {"replication_factor": settings.loki_replicas},
            "storage": {
                "type": "s3",
                "bucketNames": {"chunks": bucket, "ruler": bucket, "admin": bucket},
                "s3": {"region": region},
            },
            "schemaConfig": {
                "configs": [
                    {
                        "from": SCHEMA_FROM,
                        "store": "tsdb",
                        "object_store": "s3",
                        "schema": "v13",
                        "index": {"prefix": "index_", "period": "24h"},
                    }
                ]
            },
            "limits_config": _limits(settings),
            # the chart leaves the profile out, and the namespace's Pod Security standard refuses pods without it
            "podSecurityContext": {
                "runAsNonRoot": True,
                "runAsUser": USER,
                "runAsGroup": USER,
                "fsGroup": USER,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            # the retention period alone deletes nothing
            "compactor": {"retention_enabled": True, "delete_request_store": "s3"},
            # reports its use to Grafana Labs otherwise
            "analytics": {"reporting_enabled": False},
        },
        "singleBinary": {
            "replicas": settings.loki_replicas,
            "persistence": {"enabled": True, "size": f"{DISK_GIB}Gi"},
            "resources": resources("100m", "512Mi", "1Gi"),
            # a disk lies in one zone: three in one zone would be lost together
            "topologySpreadConstraints": _spread() if settings.loki_replicas > 1 else [],
            "podDisruptionBudget": {"enabled": settings.loki_replicas > 1},
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


def _limits(settings: LogSettings) -> dict[str, Any]:
    """Return the limits of the only tenant (grafana.com/docs/loki, limits_config).

    What is over a rate is answered 429, on which Alloy waits and asks again.
    """
    most = settings.ingest_mib_per_second
    return {
        "retention_period": f"{settings.retention_days * 24}h",
        "ingestion_rate_mb": most,
        "ingestion_burst_size_mb": most * 2,
        "per_stream_rate_limit": f"{max(1, int(most * SHARE_OF_ONE_STREAM))}MB",
        "per_stream_rate_limit_burst": f"{most * 2}MB",
        # ids that are different in every line, kept beside the line and not as a label
        "allow_structured_metadata": True,
        # a longer line is cut, not refused
        "max_line_size_truncate": True,
        "max_label_names_per_series": 10,
        "volume_enabled": True,
    }


def _spread() -> list[dict[str, Any]]:
    return [
        {
            "maxSkew": 1,
            "topologyKey": "topology.kubernetes.io/zone",
            "whenUnsatisfiable": "DoNotSchedule",
            "labelSelector": {
                "matchLabels": {"app.kubernetes.io/name": "loki", "app.kubernetes.io/component": "single-binary"}
            },
        }
    ]
