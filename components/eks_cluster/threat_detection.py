"""GuardDuty, turned on for what runs in the cluster."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class ThreatDetectionArgs:
    """The tags; the account and region are the provider's."""

    tags: Mapping[str, str]


class ThreatDetection(pulumi.ComponentResource):
    """A detector that watches audit logs and processes of pods. An account has one in each region: so by setting."""

    def __init__(self, name: str, args: ThreatDetectionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:eks_cluster:ThreatDetection", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        detector = aws.guardduty.Detector(f"{name}-detector", enable=True, tags=dict(args.tags), opts=child)
        aws.guardduty.DetectorFeature(
            f"{name}-audit", detector_id=detector.id, name="EKS_AUDIT_LOGS", status="ENABLED", opts=child
        )
        aws.guardduty.DetectorFeature(
            f"{name}-runtime",
            detector_id=detector.id,
            name="RUNTIME_MONITORING",
            status="ENABLED",
            additional_configurations=[
                # GuardDuty installs its agent in the cluster, and keeps it current
                aws.guardduty.DetectorFeatureAdditionalConfigurationArgs(name="EKS_ADDON_MANAGEMENT", status="ENABLED")
            ],
            opts=child,
        )
        self.register_outputs({})
