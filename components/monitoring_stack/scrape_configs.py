"""What Prometheus asks of pods and of addresses: specs of the operator's kinds (monitoring.coreos.com/v1)."""

from typing import Any

from pulumi import Input

from ..shared.watch import Probe, Scrape, WebScrape

Spec = dict[str, Any]

# figures from beyond are those of a minute
WEB_SECONDS, WEB_TIMEOUT_SECONDS = 60, 20
BLACKBOX = "blackbox"
BLACKBOX_PORT = 9115
# What one scrape may bring: with more it fails, which TargetDown tells, and Prometheus stays (its documentation,
# scrape_config; the operator's API, EnforcedSampleLimit). The second limit is that of whatever monitor, for a cluster's
# objects and a node's containers are many.
MOST_SAMPLES, MOST_SAMPLES_OF_ANY = 10_000, 50_000
MOST_LABELS, LONGEST_NAME, LONGEST_VALUE = 50, 200, 2_000
LIMITS: Spec = {
    "sampleLimit": MOST_SAMPLES,
    "labelLimit": MOST_LABELS,
    "labelNameLengthLimit": LONGEST_NAME,
    "labelValueLengthLimit": LONGEST_VALUE,
}
ENFORCED_LIMITS: Spec = {
    "enforcedSampleLimit": MOST_SAMPLES_OF_ANY,
    "enforcedLabelLimit": MOST_LABELS,
    "enforcedLabelNameLengthLimit": LONGEST_NAME,
    "enforcedLabelValueLengthLimit": LONGEST_VALUE,
}
# of a scrape that no monitor makes, of which nothing is enforced
RAW_LIMITS: Spec = {
    "sample_limit": MOST_SAMPLES_OF_ANY,
    "label_limit": MOST_LABELS,
    "label_name_length_limit": LONGEST_NAME,
    "label_value_length_limit": LONGEST_VALUE,
}
# modules of the exporter that asks (charts.blackbox)
ANSWERS, SERVES = "answers", "serves"


def monitor(scrape: Scrape, *, interval_seconds: int, secret: Input[str] | None) -> tuple[str, Spec]:
    """Return the kind and the spec of a monitor; `secret` is the Secret that has its token, if it wants one."""
    endpoint = {
        "port": scrape.port_name,
        **({"path": scrape.path} if scrape.path else {}),
        "interval": f"{interval_seconds}s",
        **({"authorization": {"credentials": {"name": secret, "key": scrape.bearer}}} if scrape.bearer else {}),
        # the name of the Service or of the PodMonitor stands there otherwise
        "relabelings": [{"targetLabel": "job", "replacement": scrape.job}],
    }
    kind, endpoints = {
        "service": ("ServiceMonitor", "endpoints"),
        "pods": ("PodMonitor", "podMetricsEndpoints"),
    }[scrape.by]
    exact = {label: values[0] for label, values in scrape.labels.items() if len(values) == 1}
    choices = [
        {"key": label, "operator": "In", "values": list(values)}
        for label, values in scrape.labels.items()
        if len(values) > 1
    ]
    selector = {**({"matchLabels": exact} if exact else {}), **({"matchExpressions": choices} if choices else {})}
    return kind, {
        **LIMITS,
        "namespaceSelector": {"matchNames": [scrape.namespace]},
        "selector": selector,
        endpoints: [endpoint],
    }


def web_scrape(asked: WebScrape, *, secret: Input[str]) -> Spec:
    """Return the spec of a ScrapeConfig; `secret` is the Secret that has its token."""
    return {
        "staticConfigs": [
            {"targets": [asked.host], "labels": {"__metrics_path__": path, asked.label: value}}
            for value, path in asked.paths.items()
        ],
        "scheme": "HTTPS",
        "authorization": {"credentials": {"name": secret, "key": asked.bearer}},
        "scrapeInterval": f"{WEB_SECONDS}s",
        "scrapeTimeout": f"{WEB_TIMEOUT_SECONDS}s",
        "relabelings": [{"targetLabel": "job", "replacement": asked.job}],
        # what others call cpu_usage_percentage is nothing that tells whose
        "metricRelabelings": [
            {"sourceLabels": ["__name__"], "targetLabel": "__name__", "replacement": f"{asked.prefix}$1"}
        ],
    }


def probe(asked: Probe, *, interval_seconds: int) -> Spec:
    """Return the spec of a Probe."""
    return {
        **LIMITS,
        "jobName": asked.job,
        "interval": f"{interval_seconds}s",
        "module": ANSWERS if asked.refuses else SERVES,
        "prober": {"url": f"{BLACKBOX}:{BLACKBOX_PORT}"},
        "targets": {"staticConfig": {"static": [asked.target]}},
    }
