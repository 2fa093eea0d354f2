"""Names of what Prometheus knows of Flowise: a contract between scrapes, rules and dashboards."""

from .environment import NAMESPACE

SERVERS_JOB, PODS_JOB, QUEUE_JOB, DATABRICKS_JOB = "flowise", "flowise-pods", "flowise-queue", "databricks"
# Flowise's own metrics, and the field of Watch.secrets that holds the API key which they want
METRICS_PATH, METRICS_KEY = "/api/v1/metrics", "key"
IN_FLOWISE = f'namespace="{NAMESPACE}"'
# the histogram of answers (assets/process_metrics.cjs)
SECONDS = "flowise_http_request_duration_seconds"
# figures of the workspace's own serving endpoints, and under what its token lies for who reads them
SERVING_JOB, SERVING_LABEL, DATABRICKS_TOKEN = "databricks-serving", "serving_endpoint", "databricks_token"
SERVING_PREFIX = "databricks_"
