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

# https://aws.amazon.com/ec2/pricing/on-demand, per hour
INSTANCES: Mapping[str, float] = {
    "t4g.nano": 0.0046,
    "t4g.medium": 0.0368,
    "t4g.large": 0.0736,
    "m6g.large": 0.086,
    "m7g.large": 0.0911,
    "m7g.xlarge": 0.1822,
    "m7g.2xlarge": 0.3644,
}
# https://aws.amazon.com/ec2/spot/pricing: of the price on demand, averaged over months
SPOT_SHARE = 0.4
# https://aws.amazon.com/rds/postgresql/pricing, per hour in one zone; two zones cost twice as much, storage too
DATABASES: Mapping[str, float] = {
    "db.t4g.micro": 0.018,
    "db.t4g.small": 0.036,
    "db.t4g.medium": 0.072,
    "db.m7g.large": 0.188,
    "db.r7g.large": 0.265,
    "db.r7g.xlarge": 0.53,
}
DATABASE_GIB_MONTH = 0.127
# https://aws.amazon.com/elasticache/pricing, Valkey, per node and hour
CACHES: Mapping[str, float] = {
    "cache.t4g.micro": 0.0138,
    "cache.t4g.small": 0.0275,
    "cache.m7g.large": 0.14,
    "cache.r7g.large": 0.195,
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
