"""The platform's seven components and what each is given."""

from .eks_cluster import EksCluster, EksClusterArgs
from .flowise_service import FlowiseService, FlowiseServiceArgs
from .monitoring_stack import MonitoringStack, MonitoringStackArgs
from .rds_postgres import RdsPostgres, RdsPostgresArgs
from .redis_cache import RedisCache, RedisCacheArgs
from .vpc import Vpc, VpcArgs
from .waf_cdn import WafCdn, WafCdnArgs

__all__ = [
    "EksCluster",
    "EksClusterArgs",
    "FlowiseService",
    "FlowiseServiceArgs",
    "MonitoringStack",
    "MonitoringStackArgs",
    "RdsPostgres",
    "RdsPostgresArgs",
    "RedisCache",
    "RedisCacheArgs",
    "Vpc",
    "VpcArgs",
    "WafCdn",
    "WafCdnArgs",
]
