"""From where on a figure is bad, as the alerts have it; where a stack's settings decide, their default stands here."""

from components.planning import edge_alarms
from components.planning.cloudwatch_alarms import HIGH, LOW
from components.settings import MonitoringSettings

LATENCY_SECONDS = MonitoringSettings.model_fields["latency_threshold_seconds"].default
HIGH_SHARE, LOW_SHARE = HIGH, LOW
MOST_BLOCKED, FEWEST_DAYS_LEFT = edge_alarms.MOST_BLOCKED, edge_alarms.FEWEST_DAYS_LEFT
MOST_FAILED_PERCENT = edge_alarms.MOST_FAILED_PERCENT
MOST_REJECTED = edge_alarms.BALANCER[0].threshold
ERROR_SHARE, FAILED_JOB_SHARE = 0.05, 0.1
LOOP_LAG_SECONDS, MEMORY_SHARE, NODE_MEMORY_SHARE = 1, 0.9, 0.95
DISK_FREE_SHARE, DISK_SLOW_SECONDS, REPLICA_LAG_SECONDS, SITE_SECONDS = 0.1, 0.05, 30, 2
