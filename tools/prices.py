"""What AWS asks, in USD: Ireland (eu-west-1), on demand, without tax. Round figures of AWS's public price pages.

Update a figure with the date: estimates are made from these and nothing else.
"""

from collections.abc import Mapping


class NoPriceError(LookupError):
    """A size is not in its table; the text is its name."""


def price(table: Mapping[str, float], size: object) -> float:
    """Return what a size costs. Raises NoPriceError."""
    if size not in table:
        raise NoPriceError(str(size))
    return table[str(size)]


AS_OF = "2026-11"
REGION = "eu-west-1"
HOURS_PER_MONTH = 730

# The sizes of a family by what they are of its `large`: within a family AWS prices by vCPUs and memory, which double.
_BURSTABLE = {"nano": 1 / 16, "micro": 1 / 8, "small": 1 / 4, "medium": 1 / 2, "large": 1, "xlarge": 2, "2xlarge": 4}
_LARGER = {"large": 1, "xlarge": 2, **{f"{count}xlarge": 2 * count for count in (2, 4, 8, 12, 16)}}
_FIXED = {"medium": 1 / 2, **_LARGER, "metal": 32}


def _sizes(family: str, large: float, sizes: Mapping[str, float]) -> Mapping[str, float]:
    return {f"{family}.{size}": round(large * share, 4) for size, share in sizes.items()}


# https://aws.amazon.com/ec2/pricing/on-demand, per hour
INSTANCES: Mapping[str, float] = {
    **_sizes("t4g", 0.0736, _BURSTABLE),
    **_sizes("m6g", 0.086, _FIXED),
    **_sizes("m7g", 0.0911, _FIXED),
}
# https://aws.amazon.com/ec2/spot/pricing: of the price on demand, averaged over months
SPOT_SHARE = 0.4
# https://aws.amazon.com/rds/postgresql/pricing, per hour in one zone; two zones cost twice as much, storage too
DATABASES: Mapping[str, float] = {
    **_sizes("db.t4g", 0.144, {size: share for size, share in _BURSTABLE.items() if size != "nano"}),
    **_sizes("db.m7g", 0.188, _LARGER),
    **_sizes("db.r7g", 0.265, _LARGER),
}
DATABASE_GIB_MONTH = 0.127
# https://aws.amazon.com/elasticache/pricing, Valkey, per node and hour
CACHES: Mapping[str, float] = {
    "cache.t4g.micro": 0.0138,
    "cache.t4g.small": 0.0275,
    "cache.t4g.medium": 0.055,
    **_sizes("cache.m7g", 0.14, _LARGER),
    **_sizes("cache.r7g", 0.195, _LARGER),
}
# per hour: https://aws.amazon.com/eks/pricing, vpc/pricing, privatelink/pricing, elasticloadbalancing/pricing
CLUSTER_HOUR, NAT_HOUR, ADDRESS_HOUR, ENDPOINT_ZONE_HOUR, BALANCER_HOUR = 0.10, 0.048, 0.005, 0.011, 0.0252
VCPU_PROXY_HOUR = 0.018
# per month: https://aws.amazon.com/ebs/pricing, kms/pricing, secrets-manager/pricing, cloudwatch/pricing, waf/pricing
# GetMetricData, a metric; asked for every five minutes (monitoring_stack.cloudwatch_metrics)
CLOUDWATCH_SERIES_MONTH = 0.01 / 1000 * HOURS_PER_MONTH * 12
DISK_GIB_MONTH, KEY_MONTH, SECRET_MONTH, ALARM_MONTH = 0.088, 1.0, 0.40, 0.10
FIREWALL_MONTH, FIREWALL_RULE_MONTH = 5.0, 1.0
# groups of rules that cost extra, by name; what they ask by request comes on top
FIREWALL_GROUPS: Mapping[str, float] = {
    "AWSManagedRulesBotControlRuleSet": 10.0,
    "AWSManagedRulesAntiDDoSRuleSet": 20.0,
}
# of a site outside AWS's reckoning: the check, HTTPS and a text to find (https://aws.amazon.com/route53/pricing)
HEALTH_CHECK_MONTH = 0.75 + 2.0 + 2.0
# per GB: NAT, log ingestion, CDN to Europe, objects and backups for a month
NAT_GB, LOG_GB, CDN_GB, OBJECT_GB, BACKUP_GB = 0.048, 0.57, 0.085, 0.023, 0.095
