"""From where on a figure is bad, as the alerts have it; where a stack's settings decide, their default stands here."""

from components.eks_cluster import watch as cluster
from components.flowise_service import flow_cost_rules as costs
from components.flowise_service import queue_alerts as queue
from components.flowise_service import service_alerts as service
from components.flowise_service.settings import ServiceSettings
from components.monitoring_stack.alerts import slo
from components.rds_postgres import watch as database
from components.redis_cache import watch as cache
from components.shared import certificate
from components.shared.metric_alarms import HIGH, LOW
from components.waf_cdn import alarm_tables
from components.waf_cdn import watch as site
from components.web_service import watch as balancer

_USUAL = ServiceSettings()
LATENCY_SECONDS = _USUAL.objectives.latency_threshold_seconds
PREDICTION_SECONDS = _USUAL.objectives.prediction_seconds
LONGEST_ANSWER_SECONDS = _USUAL.max_answer_seconds
HIGH_SHARE, LOW_SHARE = HIGH, LOW
ERROR_SHARE, LOOP_LAG_SECONDS, MEMORY_SHARE = service.ERROR_SHARE, service.LOOP_LAG_SECONDS, service.MEMORY_SHARE
BUDGET_SHARE = costs.NEARLY
FAILED_JOB_SHARE, UNREAD_SECONDS = queue.FAILED_SHARE, queue.UNREAD_SECONDS
DISK_FREE_SHARE, NODE_MEMORY_SHARE = cluster.FREE_SHARE, cluster.MEMORY_SHARE
DISK_SLOW_SECONDS, REPLICA_LAG_SECONDS = database.SLOW_SECONDS, cache.LAG_SECONDS
SITE_SECONDS, MOST_REJECTED = site.SITE_SECONDS, balancer.MOST_REJECTED
MOST_BLOCKED, FEWEST_DAYS_LEFT = alarm_tables.MOST_BLOCKED, certificate.FEWEST_DAYS_LEFT
MOST_FAILED_PERCENT = alarm_tables.MOST_FAILED_PERCENT
# over 30 days: the first two burns are those of SloBurnFast
FAST_BURN, SLOW_BURN = (burn.rate(30) for burn in slo.BURNS[:2])
