"""Plays the EBS CSI driver: a claim that the scheduler has given a node gets a volume in the node's zone."""

from collections.abc import Mapping
from typing import Any

from .reconcile_loop import ReconcileLoop

# storage.k8s.io: the scheduler's note for an external provisioner.
_SELECTED_NODE = "volume.kubernetes.io/selected-node"
_ZONE = "topology.kubernetes.io/zone"
_PROVISIONERS = ("ebs.csi.aws.com", "efs.csi.aws.com", "kubernetes.io/aws-ebs")
_WATCH_SECONDS = 3600.0


class Provisioner(ReconcileLoop):
    """Makes volumes until it is stopped."""

    every_seconds = 0.2

    def reconcile(self) -> None:
        """Watch the claims."""
        for event, item in self.client.watch("v1", "PersistentVolumeClaim", timeout_seconds=_WATCH_SECONDS):
            if event != "DELETED":
                self._provide(item)

    def _provide(self, item: Mapping[str, Any]) -> None:
        spec, metadata = item["spec"], item["metadata"]
        if spec.get("volumeName") or not spec.get("storageClassName"):
            return
        storage_class = self.client.find("storage.k8s.io/v1", "StorageClass", spec["storageClassName"])
        if storage_class is None or storage_class.get("provisioner") not in _PROVISIONERS:
            return
        chosen = (metadata.get("annotations") or {}).get(_SELECTED_NODE)
        node = self.client.find("v1", "Node", chosen) if chosen else None
        if node is None and storage_class.get("volumeBindingMode") == "WaitForFirstConsumer":
            return
        self.client.apply(volume(item, storage_class, node))


def volume(
    claim: Mapping[str, Any], storage_class: Mapping[str, Any], node: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return the volume for a claim; one of EBS can be used in its node's zone alone."""
    metadata = claim["metadata"]
    uid = metadata["uid"]
    spec: dict[str, Any] = {
        "accessModes": claim["spec"]["accessModes"],
        "capacity": {"storage": claim["spec"]["resources"]["requests"]["storage"]},
        "claimRef": {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "name": metadata["name"],
            "namespace": metadata["namespace"],
            "uid": uid,
        },
        "csi": {
            "driver": storage_class["provisioner"],
            "volumeHandle": f"vol-0{uid.replace('-', '')[:16]}",
        },
        "persistentVolumeReclaimPolicy": storage_class.get("reclaimPolicy", "Delete"),
        "storageClassName": storage_class["metadata"]["name"],
    }
    zone = ((node or {}).get("metadata") or {}).get("labels", {}).get(_ZONE)
    if zone and storage_class["provisioner"] != "efs.csi.aws.com":
        matches = [{"key": _ZONE, "operator": "In", "values": [zone]}]
        spec["nodeAffinity"] = {"required": {"nodeSelectorTerms": [{"matchExpressions": matches}]}}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": f"pvc-{uid}"},
        "spec": spec,
    }
