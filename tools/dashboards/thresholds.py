"""From where on a figure is bad, as the alerts have it; where a stack's settings decide, their default stands here."""

from components.monitoring_stack.alerts import cluster, data, edge, queue, service, slo
from components.monitoring_stack.alerts.watched import Watched
from components.shared import certificate
from components.shared.metric_alarms import HIGH, LOW
from components.waf_cdn import alarm_tables as edge_alarms

_USUAL = Watched()
LATENCY_SECONDS = _USUAL.latency_seconds
PREDICTION_SECONDS = _USUAL.objectives.prediction_seconds
LONGEST_ANSWER_SECONDS = _USUAL.longest_answer_seconds
HIGH_SHARE, LOW_SHARE = HIGH, LOW
ERROR_SHARE, LOOP_LAG_SECONDS, MEMORY_SHARE = service.ERROR_SHARE, service.LOOP_LAG_SECONDS, service.MEMORY_SHARE
FAILED_JOB_SHARE, UNREAD_SECONDS = queue.FAILED_SHARE, queue.UNREAD_SECONDS
DISK_FREE_SHARE, NODE_MEMORY_SHARE = cluster.FREE_SHARE, cluster.MEMORY_SHARE
DISK_SLOW_SECONDS, REPLICA_LAG_SECONDS = data.SLOW_SECONDS, data.LAG_SECONDS
SITE_SECONDS, MOST_REJECTED = edge.SITE_SECONDS, edge.MOST_REJECTED
MOST_BLOCKED, FEWEST_DAYS_LEFT = edge_alarms.MOST_BLOCKED, certificate.FEWEST_DAYS_LEFT
MOST_FAILED_PERCENT = edge_alarms.MOST_FAILED_PERCENT
# over 30 days: the first two burns are those of SloBurnFast
FAST_BURN, SLOW_BURN = (burn.rate(30) for burn in slo.BURNS[:2])
