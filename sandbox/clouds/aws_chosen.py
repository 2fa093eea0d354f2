"""What AWS chooses for good where a resource leaves it out: written out later, the same value changes nothing.

The provider cannot plan it (it reads it from AWS), so that it is in no recorded fact. The values are those that the SDK
says of the types, but for those with a source beside them.
"""

from collections.abc import Mapping
from typing import Any

_CHOSEN: Mapping[str, Mapping[str, Any]] = {
    # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
    "aws:cloudwatch/logGroup:LogGroup": {"logGroupClass": "STANDARD"},
    "aws:efs/fileSystem:FileSystem": {"performanceMode": "generalPurpose"},
    "aws:fsx/ontapVolume:OntapVolume": {"ontapVolumeType": "RW", "volumeStyle": "FLEXVOL"},
    "aws:memorydb/cluster:Cluster": {"port": 6379},
    "aws:opensearch/serverlessCollection:ServerlessCollection": {"standbyReplicas": "ENABLED", "type": "TIMESERIES"},
    "aws:rds/cluster:Cluster": {"clusterScalabilityType": "standard"},
    "aws:rds/instance:Instance": {"backupTarget": "region"},
    # https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
    "aws:ssm/parameter:Parameter": {"dataType": "text"},
}
_GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"


def chosen(token: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return what AWS chooses for a resource that was given such inputs."""
    if token == _GROUP:
        return {"atRestEncryptionEnabled": inputs.get("engine") == "valkey"}
    return dict(_CHOSEN.get(token, {}))
