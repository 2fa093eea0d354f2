"""What watches a component, as plain data: each component offers its own `Watch`, MonitoringStack takes all of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar

from pulumi import Input

from .external_secrets import Source

T = TypeVar("T")
Severity = Literal["critical", "warning", "info"]
# where CloudWatch keeps a figure or a log: in the stack's own region, or in us-east-1 with CloudFront's
Place = Literal["stack", "edge"]


@dataclass(frozen=True, kw_only=True)
class Alert:
    """One alert. `lasting` is how long it must hold before it fires, such as `5m`; at once where it is empty.

    critical wakes somebody, warning waits for the morning, info is for the record. `falls_with_cluster`: where the
    cluster itself is gone it fires too, tells nothing new, and is inhibited.
    """

    name: str
    expression: str
    lasting: str
    severity: Severity
    summary: str
    description: str
    keep_firing_for: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    falls_with_cluster: bool = False


@dataclass(frozen=True)
class Recording:
    """A series that Prometheus computes by itself."""

    name: str
    expression: str
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Group:
    """Rules that are evaluated together, in order. Those of one name are one group, whoever they are from."""

    name: str
    recordings: Sequence[Recording] = ()
    alerts: Sequence[Alert] = ()


@dataclass(frozen=True, kw_only=True)
class Objective:
    """One service level objective: `share` of the events are good, over `days`.

    `bad` and `events` are rates over five minutes, whose quotient is the share that breaks it. `steady`: there are
    events at any time, so that a lack of figures raises an alert.
    """

    slo: str
    share: float
    days: int
    bad: str
    events: str
    steady: bool = False

    @property
    def budget(self) -> float:
        """Return the share that may fail."""
        return round(1 - self.share, 10)


@dataclass(frozen=True, kw_only=True)
class Scrape:
    """Pods of a namespace that Prometheus asks for metrics, found by their own labels or by those of their Service.

    `labels` are the values that a label may have. `bearer` is a field of `Watch.secrets` whose value the pods want for
    a token. `alerted`: an alert of the owner's own fires where a pod is missing or silent, and the common ones do not.
    """

    job: str
    by: Literal["pods", "service"]
    namespace: str
    labels: Mapping[str, Sequence[str]]
    port_name: str
    port: int
    path: str | None = None
    bearer: str | None = None
    alerted: bool = False


@dataclass(frozen=True, kw_only=True)
class Probe:
    """An address that is asked over HTTPS, as its users do: it answers 200, or `refuses` answers too (401 and 403)."""

    job: str
    target: Input[str]
    refuses: bool = False


@dataclass(frozen=True, kw_only=True)
class WebScrape:
    """Addresses of one host beyond the cluster that answer with metrics over HTTPS, to a token.

    `paths` are theirs by the value of `label`, which tells their series apart; names of metrics get `prefix`. `bearer` is
    a field of `Watch.secrets`.
    """

    job: str
    host: str
    label: str
    paths: Mapping[str, str]
    bearer: str
    prefix: str


# metric -> statistics
Metrics = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class TaggedMetrics:
    """CloudWatch's metrics of the resources that bear the stack's tags, by these dimensions and no others.

    `daily`: there is a figure once or twice a day, not every few minutes.
    """

    namespace: str
    metrics: Metrics
    dimensions: Sequence[str] = ()
    places: Sequence[Place] = ("stack",)
    daily: bool = False


@dataclass(frozen=True, kw_only=True)
class NamedMetrics:
    """CloudWatch's metrics of what bears no tags, by exact dimensions."""

    name: str
    namespace: str
    metrics: Metrics
    dimensions: Mapping[str, str]
    place: Place = "edge"
    daily: bool = False


@dataclass(frozen=True, kw_only=True)
class OwnMetrics:
    """Metrics that something of ours puts into a CloudWatch namespace of its own, each figure told once."""

    name: str
    namespace: str
    metrics: Metrics
    dimensions: Sequence[str]


CloudWatchMetrics = TaggedMetrics | NamedMetrics | OwnMetrics


@dataclass(frozen=True, kw_only=True)
class CloudWatch:
    """What is known of a component by CloudWatch's metrics alone: a stack that does not read those does without all of it.

    `steady_series` are series that have a figure at any time, so that without one nothing is read.
    """

    metrics: Sequence[CloudWatchMetrics] = ()
    groups: Sequence[Group] = ()
    steady_series: Sequence[str] = ()
    dashboards: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True)
class LogGroup:
    """A log group that Grafana may read, or all whose name begins so (`/aws/eks/orders-prod/*`)."""

    name: str
    place: Place = "stack"


@dataclass(frozen=True, kw_only=True)
class LogStage:
    """Pods that write lines of JSON with a level; `fields` of them are kept beside the line.

    Whatever pod they are from, lines that tell of a request of `probe_paths` are dropped.
    """

    namespace: str
    app: str
    fields: Sequence[str] = ()
    probe_paths: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Watch:
    """What watches one component.

    `namespaces` are those whose pods send traces; `agent_ports` what annotations tell Datadog's agents to ask there, by
    namespace; `secrets` what scrapes have for tokens; `dashboards` files of Grafana pages by name.
    """

    groups: Sequence[Group] = ()
    objectives: Sequence[Objective] = ()
    scrapes: Sequence[Scrape] = ()
    web_scrapes: Sequence[WebScrape] = ()
    probes: Sequence[Probe] = ()
    secrets: Mapping[str, Source] = field(default_factory=dict)
    cloudwatch: CloudWatch = field(default_factory=CloudWatch)
    log_groups: Sequence[LogGroup] = ()
    log_stages: Sequence[LogStage] = ()
    dashboards: Mapping[str, Path] = field(default_factory=dict)
    namespaces: Sequence[str] = ()
    agent_ports: Mapping[str, Sequence[int]] = field(default_factory=dict)

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """Return the alerts of all groups."""
        return tuple(alert for group in (*self.groups, *self.cloudwatch.groups) for alert in group.alerts)

    @property
    def jobs(self) -> tuple[str, ...]:
        """Return the names of all that is scraped or probed."""
        groups: tuple[Sequence[Scrape | WebScrape | Probe], ...] = (self.scrapes, self.web_scrapes, self.probes)
        return tuple(each.job for group in groups for each in group)


def combined(watches: Iterable[Watch]) -> Watch:
    """Return one Watch of several; raises ValueError where two give a job, a page or a secret of one name."""
    every = list(watches)
    whole = Watch(
        groups=_grouped(group for each in every for group in each.groups),
        objectives=[objective for each in every for objective in each.objectives],
        scrapes=[scrape for each in every for scrape in each.scrapes],
        web_scrapes=[scrape for each in every for scrape in each.web_scrapes],
        probes=[probe for each in every for probe in each.probes],
        secrets=_merged("secret", [each.secrets for each in every]),
        cloudwatch=_read([each.cloudwatch for each in every]),
        log_groups=[group for each in every for group in each.log_groups],
        log_stages=[stage for each in every for stage in each.log_stages],
        dashboards=_merged("dashboard", [each.dashboards for each in every]),
        namespaces=[namespace for each in every for namespace in each.namespaces],
        agent_ports=_merged("namespace with agent_ports", [each.agent_ports for each in every]),
    )
    jobs = whole.jobs
    if twice := sorted({job for job in jobs if jobs.count(job) > 1}):
        raise ValueError(f"two scrapes or probes are of the job {twice[0]!r}: name one otherwise")
    return whole


def _read(parts: Sequence[CloudWatch]) -> CloudWatch:
    return CloudWatch(
        metrics=[metrics for part in parts for metrics in part.metrics],
        groups=_grouped(group for part in parts for group in part.groups),
        steady_series=[series for part in parts for series in part.steady_series],
        dashboards=_merged("dashboard", [part.dashboards for part in parts]),
    )


def _grouped(groups: Iterable[Group]) -> list[Group]:
    found: dict[str, Group] = {}
    for group in groups:
        known = found.get(group.name, Group(name=group.name))
        found[group.name] = Group(
            name=group.name,
            recordings=[*known.recordings, *group.recordings],
            alerts=[*known.alerts, *group.alerts],
        )
    return list(found.values())


def _merged(what: str, tables: Iterable[Mapping[str, T]]) -> dict[str, T]:
    whole: dict[str, T] = {}
    for table in tables:
        for name, value in table.items():
            if name in whole:
                raise ValueError(f"two components give a {what} {name!r}: name one otherwise")
            whole[name] = value
    return whole


def either(*expressions: str) -> str:
    """Return what holds where one of them does."""
    return "\nor\n".join(expressions)


def ratio(part: str, whole: str) -> str:
    """Return a share that is 0 where the part has never been seen, and nothing where the whole is 0."""
    return f"(({part}) or 0 * ({whole})) / (({whole}) > 0)"


def in_time(slo: str, *, histogram: str, where: str, seconds: float, share: float, days: int) -> Objective:
    """Return the objective that a share of what `histogram` counts takes no longer than one of its bounds."""
    # both spellings of a whole number: Prometheus 3 writes 1.0 where an exporter wrote 1
    bounds = f"{seconds:g}|{float(seconds)}".replace(".", "[.]")
    every = f"sum(rate({histogram}_count{{{where}}}[5m]))"
    within = f'sum(rate({histogram}_bucket{{{where},le=~"{bounds}"}}[5m]))'
    # a scrape may fall between the two, and rate() reaches back for each series by itself: of few, more can be in time
    # than there are
    return Objective(slo=slo, share=share, days=days, bad=f"clamp_min({every} - {within}, 0)", events=every)
