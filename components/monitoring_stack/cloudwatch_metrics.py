"""What the CloudWatch exporter (YACE) asks for: jobs limited to one stack, by its tags or by exact dimensions.

The form of the jobs is YACE's own, docs/configuration.md at v0.67.0. A job of discovery finds resources by their tags
and asks for the combinations of dimensions that it names, and no others; a static job asks for exactly one.
"""

from collections.abc import Iterable, Mapping
from typing import Any

Job = dict[str, Any]
Config = dict[str, Any]

# CloudFront, its firewall and certificate, and bills tell their metrics there alone (CloudFront developer guide,
# programming-cloudwatch-metrics; Billing user guide, monitor-charges)
EDGE_REGION = "us-east-1"
SCRAPE_SECONDS = 300
PERIOD_SECONDS = 300
# Metrics of AWS's services arrive minutes late: of the last two periods the newest that has come counts.
LENGTH_SECONDS = 600
# EstimatedCharges comes a few times a day (Billing user guide, monitor-charges).
BILLING_SECONDS = 86_400
# ACM tells DaysToExpiry twice a day (ACM user guide, cloudwatch-metrics)
CERTIFICATE_SECONDS = 86_400
DEPLOYMENTS = "Flowise/Deployments"
# GetMetricData costs 0.01 USD per 1,000 metrics asked for, without a free share (CloudWatch pricing): one series, asked
# for every SCRAPE_SECONDS through a month of 730 hours.
USD_PER_SERIES_MONTH = 0.01 / 1000 * 730 * 3600 / SCRAPE_SECONDS

# namespace -> dimensions -> metric -> statistics
DISCOVERED: Mapping[str, Mapping[tuple[str, ...], Mapping[str, tuple[str, ...]]]] = {
    "AWS/RDS": {
        ("DBInstanceIdentifier",): {
            "CPUCreditBalance": ("Minimum",),
            "CPUUtilization": ("Average",),
            "DatabaseConnections": ("Average", "Maximum"),
            "DiskQueueDepth": ("Average",),
            "FreeStorageSpace": ("Minimum",),
            "FreeableMemory": ("Minimum",),
            "MaximumUsedTransactionIDs": ("Maximum",),
            "ReadIOPS": ("Average",),
            "ReadLatency": ("Average",),
            "SwapUsage": ("Maximum",),
            "WriteIOPS": ("Average",),
            "WriteLatency": ("Average",),
        }
    },
    "AWS/ElastiCache": {
        ("CacheClusterId",): {
            "CPUUtilization": ("Average",),
            "CacheHitRate": ("Average",),
            "CurrConnections": ("Average",),
            "CurrItems": ("Average",),
            "DatabaseMemoryUsagePercentage": ("Maximum",),
            "EngineCPUUtilization": ("Average",),
            "Evictions": ("Sum",),
            "NetworkBytesIn": ("Sum",),
            "NetworkBytesOut": ("Sum",),
            "ReplicationLag": ("Maximum",),
        }
    },
    "AWS/ApplicationELB": {
        ("LoadBalancer",): {
            "ActiveConnectionCount": ("Sum",),
            "HTTPCode_ELB_5XX_Count": ("Sum",),
            "HTTPCode_Target_2XX_Count": ("Sum",),
            "HTTPCode_Target_4XX_Count": ("Sum",),
            "HTTPCode_Target_5XX_Count": ("Sum",),
            "RejectedConnectionCount": ("Sum",),
            "RequestCount": ("Sum",),
            "TargetConnectionErrorCount": ("Sum",),
            "TargetResponseTime": ("Average", "p95", "p99"),
        },
        ("LoadBalancer", "TargetGroup"): {
            "HealthyHostCount": ("Minimum",),
            "UnHealthyHostCount": ("Maximum",),
        },
    },
    "AWS/NATGateway": {
        ("NatGatewayId",): {
            "ActiveConnectionCount": ("Maximum",),
            "BytesOutToDestination": ("Sum",),
            "ErrorPortAllocation": ("Sum",),
            "PacketsDropCount": ("Sum",),
        }
    },
    # restores are told by the type of what is restored alone, whatever account's stack it is
    "AWS/Backup": {
        (): {
            "NumberOfBackupJobsCompleted": ("Sum",),
            "NumberOfBackupJobsFailed": ("Sum",),
            "NumberOfCopyJobsCompleted": ("Sum",),
            "NumberOfCopyJobsFailed": ("Sum",),
            "NumberOfRestoreJobsCompleted": ("Sum",),
            "NumberOfRestoreJobsFailed": ("Sum",),
        }
    },
    "AWS/CertificateManager": {("CertificateArn",): {"DaysToExpiry": ("Minimum",)}},
    "AWS/CloudFront": {
        ("DistributionId", "Region"): {
            "4xxErrorRate": ("Average",),
            "5xxErrorRate": ("Average",),
            "BytesDownloaded": ("Sum",),
            "Requests": ("Sum",),
            "TotalErrorRate": ("Average",),
        }
    },
}
# which of them are asked for elsewhere than in the stack's own region, or there as well
AT_THE_EDGE = ("AWS/CloudFront",)
EVERYWHERE = ("AWS/CertificateManager",)
FIREWALL = {"AllowedRequests": ("Sum",), "BlockedRequests": ("Sum",), "CountedRequests": ("Sum",)}
BILLING = {"EstimatedCharges": ("Maximum",)}
DEPLOYED = {
    "DurationSeconds": ("Average", "Maximum"),
    "Failed": ("Sum",),
    "RolledBack": ("Sum",),
    "Succeeded": ("Sum",),
}


def cloudwatch_config(*, region: str, web_acl_metric: str, tags: Mapping[str, str]) -> Config:
    """Give YACE's configuration file; `tags` tell this stack's resources, `web_acl_metric` its firewall."""
    search = [{"key": key, "value": f"^{_literal(value)}$"} for key, value in sorted(tags.items())]
    return {
        "apiVersion": "v1alpha1",
        "sts-region": region,
        "discovery": {"jobs": list(_discovery(region, search))},
        "static": [
            # a web ACL is known by its metric's name, and found by tags only under its own
            _static("firewall", "AWS/WAFV2", EDGE_REGION, {"WebACL": web_acl_metric, "Rule": "ALL"}, FIREWALL),
            # the bill of the whole account, where receiving alerts of charges is switched on
            _static("bill", "AWS/Billing", EDGE_REGION, {"Currency": "USD"}, BILLING, BILLING_SECONDS),
        ],
        "customNamespace": [
            {
                "name": "deployments",
                "namespace": DEPLOYMENTS,
                "regions": [region],
                "dimensionNameRequirements": ["Stack"],
                "period": PERIOD_SECONDS,
                # one period alone, so that no deployment is told of twice; the delay lets late ones arrive
                "length": PERIOD_SECONDS,
                "delay": PERIOD_SECONDS,
                "metrics": _metrics(DEPLOYED),
            }
        ],
    }


def _discovery(region: str, search: list[dict[str, str]]) -> Iterable[Job]:
    for namespace, combinations in DISCOVERED.items():
        regions = [EDGE_REGION] if namespace in AT_THE_EDGE else [region]
        if namespace in EVERYWHERE and region != EDGE_REGION:
            regions.append(EDGE_REGION)
        daily = namespace in EVERYWHERE
        for dimensions, metrics in combinations.items():
            yield {
                "type": namespace,
                "regions": regions,
                "searchTags": search,
                **({"dimensionNameRequirements": list(dimensions)} if dimensions else {}),
                "period": CERTIFICATE_SECONDS if daily else PERIOD_SECONDS,
                "length": 2 * CERTIFICATE_SECONDS if daily else LENGTH_SECONDS,
                "metrics": _metrics(metrics),
            }


def _static(
    name: str,
    namespace: str,
    region: str,
    dimensions: Mapping[str, str],
    metrics: Mapping[str, tuple[str, ...]],
    period: int = PERIOD_SECONDS,
) -> Job:
    return {
        "name": name,
        "namespace": namespace,
        "regions": [region],
        "dimensions": [{"name": key, "value": value} for key, value in dimensions.items()],
        # a static job takes no times of its own
        "metrics": [{**metric, "period": period, "length": 2 * period} for metric in _metrics(metrics)],
    }


def _metrics(metrics: Mapping[str, tuple[str, ...]]) -> list[dict[str, Any]]:
    # nothing counted is none; nothing measured is nothing
    return [
        {"name": name, "statistics": list(statistics), "nilToZero": statistics == ("Sum",)}
        for name, statistics in metrics.items()
    ]


def _literal(value: str) -> str:
    # a value is a regular expression there (RE2)
    return "".join(character if character.isalnum() or character in " _-" else f"\\{character}" for character in value)
