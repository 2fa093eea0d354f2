"""Tempo: traces in S3."""

from typing import Any

from pulumi import Input

from ...shared.chart_values import resources
from ..settings.traces import TraceSettings

# the disk holds what is not in S3 yet
DISK_GIB = 10
# the user that the image grafana/tempo runs as
USER = 10001


def tempo_values(settings: TraceSettings, *, region: str, bucket: Input[str], service_account: str) -> dict[str, Any]:
    """Return the values of Tempo: one process, its data in S3."""
    return {
        "fullnameOverride": "tempo",
        "serviceAccount": {"create": True, "name": service_account, "automountServiceAccountToken": False},
        "tempo": {
            # reports its use to Grafana Labs otherwise
            "reportingEnabled": False,
            # memory that is held for nothing, more than the limit below
            "memBallastSizeMbs": 0,
            "retention": f"{settings.retention_days * 24}h",
            "storage": {
                "trace": {
                    "backend": "s3",
                    # no key: the pod's identity
                    "s3": {"bucket": bucket, "endpoint": f"s3.{region}.amazonaws.com", "region": region},
                    "wal": {"path": "/var/tempo/wal"},
                }
            },
            "resources": resources("100m", "384Mi", "1Gi"),
            "securityContext": {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            },
        },
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "fsGroup": USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "persistence": {"enabled": True, "size": f"{DISK_GIB}Gi"},
    }
