"""What the CloudWatch exporter (YACE) asks for: jobs limited to one stack, by its tags or by exact dimensions.

The form of the jobs is YACE's own, docs/configuration.md at v0.67.0. A job of discovery finds resources by their tags
and asks for the combinations of dimensions that it names, and no others; a static job asks for exactly one.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ..config.regions import EDGE_REGION
from ..shared.watch import CloudWatchMetrics, Metrics, NamedMetrics, OwnMetrics, TaggedMetrics

Job = dict[str, Any]
Config = dict[str, Any]

SCRAPE_SECONDS = 300
PERIOD_SECONDS = 300
DAY_SECONDS = 86_400
# Metrics of AWS's services arrive minutes late: of the last two periods the newest that has come counts.
PERIODS = 2
# GetMetricData costs 0.01 USD per 1,000 metrics asked for, without a free share (CloudWatch pricing): one series, asked
# for every SCRAPE_SECONDS through a month of 730 hours.
USD_PER_SERIES_MONTH = 0.01 / 1000 * 730 * 3600 / SCRAPE_SECONDS


def cloudwatch_config(asked: Iterable[CloudWatchMetrics], *, region: str, tags: Mapping[str, str]) -> Config:
    """Return YACE's configuration file; `tags` tell the resources of this stack, which lies in `region`."""
    search = [{"key": key, "value": f"^{_literal(value)}$"} for key, value in sorted(tags.items())]
    jobs = list(asked)
    return {
        "apiVersion": "v1alpha1",
        "sts-region": region,
        "discovery": {"jobs": [_discovery(each, region, search) for each in jobs if isinstance(each, TaggedMetrics)]},
        "static": [_static(each, region) for each in jobs if isinstance(each, NamedMetrics)],
        "customNamespace": [_own(each, region) for each in jobs if isinstance(each, OwnMetrics)],
    }


def _discovery(asked: TaggedMetrics, region: str, search: list[dict[str, str]]) -> Job:
    regions = {"stack": region, "edge": EDGE_REGION}
    period = _period(asked)
    return {
        "type": asked.namespace,
        "regions": list(dict.fromkeys(regions[place] for place in asked.places)),
        "searchTags": search,
        **({"dimensionNameRequirements": list(asked.dimensions)} if asked.dimensions else {}),
        "period": period,
        "length": PERIODS * period,
        "metrics": _metrics(asked.metrics),
    }


def _static(asked: NamedMetrics, region: str) -> Job:
    period = _period(asked)
    return {
        "name": asked.name,
        "namespace": asked.namespace,
        "regions": [region if asked.place == "stack" else EDGE_REGION],
        "dimensions": [{"name": key, "value": value} for key, value in asked.dimensions.items()],
        # a static job takes no times of its own
        "metrics": [{**metric, "period": period, "length": PERIODS * period} for metric in _metrics(asked.metrics)],
    }


def _own(asked: OwnMetrics, region: str) -> Job:
    return {
        "name": asked.name,
        "namespace": asked.namespace,
        "regions": [region],
        "dimensionNameRequirements": list(asked.dimensions),
        "period": PERIOD_SECONDS,
        # one period alone, so that no figure is told twice; the delay lets late ones arrive
        "length": PERIOD_SECONDS,
        "delay": PERIOD_SECONDS,
        "metrics": _metrics(asked.metrics),
    }


def _period(asked: TaggedMetrics | NamedMetrics) -> int:
    return DAY_SECONDS if asked.daily else PERIOD_SECONDS


def _metrics(metrics: Metrics) -> list[dict[str, Any]]:
    # nothing counted is none; nothing measured is nothing
    return [
        {"name": name, "statistics": list(statistics), "nilToZero": statistics == ("Sum",)}
        for name, statistics in metrics.items()
    ]


def _literal(value: str) -> str:
    # a value is a regular expression there (RE2)
    return "".join(character if character.isalnum() or character in " _-" else f"\\{character}" for character in value)
