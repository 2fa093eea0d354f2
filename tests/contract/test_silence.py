"""Whatever is scraped or probed is missed where it falls silent, and brings no more than it may.

Of whole stacks: each monitor, whoever made it, and the alerts that Prometheus is given.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest

from components.monitoring_stack.alerts.monitoring import CHART_JOBS
from testing.program import Run, run
from tools import shapes

STACKS = ("prod", "dev-with-traces-and-datadog")
GROUP = "kubernetes:monitoring.coreos.com/v1:"
ENDPOINTS = {"ServiceMonitor": "endpoints", "PodMonitor": "podMetricsEndpoints"}
MISSED = re.compile(r'absent\(up\{job="([^"]+)"\}\)')


@cache
def made(stack: str) -> Run:
    return run(stack) if stack == "prod" else shapes.made(stack)


def specs(stack: str, kind: str) -> list[Mapping[str, Any]]:
    return [each.inputs["spec"] for each in made(stack).cloud.of(f"{GROUP}{kind}")]


def raw(stack: str) -> list[Mapping[str, Any]]:
    (chart,) = [
        each.inputs["values"]
        for each in made(stack).cloud.of("kubernetes:helm.sh/v3:Release")
        if each.inputs["chart"] == "kube-prometheus-stack"
    ]
    scrapes: list[Mapping[str, Any]] = chart["prometheus"]["prometheusSpec"]["additionalScrapeConfigs"]
    return scrapes


def scraped(stack: str) -> Iterator[str]:
    """Yield the job of each scrape."""
    for kind, endpoints in ENDPOINTS.items():
        for spec in specs(stack, kind):
            for endpoint in spec[endpoints]:
                yield from (each["replacement"] for each in endpoint["relabelings"] if each["targetLabel"] == "job")
    yield from (spec["jobName"] for spec in specs(stack, "Probe"))
    yield from (each["job_name"] for each in raw(stack))


@pytest.mark.parametrize("stack", STACKS)
def test_each_job_that_is_scraped_is_missed(stack: str) -> None:
    rules = [rule for spec in specs(stack, "PrometheusRule") for group in spec["groups"] for rule in group["rules"]]
    missed = {job for rule in rules if "alert" in rule for job in MISSED.findall(rule["expr"])}
    jobs = set(scraped(stack))
    assert len(jobs) > 8
    assert jobs - missed == set()
    # and nobody is missed whom nothing asks, but for what the chart itself has scraped
    assert missed - jobs <= {*CHART_JOBS, "cloudwatch"}


@pytest.mark.parametrize("stack", STACKS)
def test_no_scrape_may_bring_any_number_of_series(stack: str) -> None:
    monitors = [spec for kind in (*ENDPOINTS, "Probe") for spec in specs(stack, kind)]
    assert len(monitors) > 8
    limits = ("sampleLimit", "labelLimit", "labelNameLengthLimit", "labelValueLengthLimit")
    assert [spec for spec in monitors if not all(spec.get(limit) for limit in limits)] == []
    assert [each["job_name"] for each in raw(stack) if not each.get("sample_limit")] == []
