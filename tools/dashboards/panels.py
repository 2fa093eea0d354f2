"""The few kinds of panel that the dashboards are built of, with the types of grafana-foundation-sdk.

The dashboards are of Grafana's classic model: Grafana 13 reads no other one from files
(https://github.com/grafana/grafana/issues/127928), which is how the sidecar hands them over.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from grafana_foundation_sdk.builders import bargauge, common, dashboard, logs, loki, prometheus, stat, timeseries
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models.common import (
    BarGaugeDisplayMode,
    BigValueColorMode,
    BigValueGraphMode,
    BigValueTextMode,
    DataSourceRef,
    GraphThresholdsStyleMode,
    LegendDisplayMode,
    LegendPlacement,
    LogsSortOrder,
    StackingMode,
    TooltipDisplayMode,
    VisibilityMode,
    VizOrientation,
)

Panel = Builder[model.Panel]
Steps = Sequence[tuple[float | None, str]]
GREEN, ORANGE, RED, NEUTRAL = "green", "orange", "red", "text"
FULL = 24
TAG = "platform"
PROMETHEUS = DataSourceRef(type_val="prometheus", uid="prometheus")
LOKI = DataSourceRef(type_val="loki", uid="loki")
PLAIN: Steps = ((None, NEUTRAL),)


@dataclass(frozen=True)
class Query:
    """A question to Prometheus, and what its answers are called (`{{label}}`)."""

    expr: str
    legend: str = ""


def rising(warn: float, bad: float) -> Steps:
    """Return the colours of what is worse the more there is."""
    return ((None, GREEN), (warn, ORANGE), (bad, RED))


def falling(bad: float, warn: float) -> Steps:
    """Return the colours of what is worse the less there is."""
    return ((None, RED), (bad, ORANGE), (warn, GREEN))


def number(
    title: str,
    expr: str,
    *,
    unit: str,
    description: str,
    steps: Steps = PLAIN,
    width: int = 4,
    decimals: int | None = None,
    legend: str | None = None,
    words: Sequence[tuple[str, str, str]] = (),
    goes_to: str | None = None,
) -> Panel:
    """Show how it is now, in a colour; `words` are values, what is written for each, and its colour.

    With a `legend` (`{{version}}`) that is shown in place of the value. `goes_to` is the page (`database`) that
    tells more.
    """
    panel = (
        stat.Panel()
        .title(title)
        .description(description)
        .datasource(PROMETHEUS)
        .with_target(prometheus.Dataquery().expr(expr).ref_id("A").instant())
        .unit(unit)
        .thresholds(_thresholds(steps))
        .color_mode(BigValueColorMode.BACKGROUND if steps != PLAIN else BigValueColorMode.VALUE)
        .graph_mode(BigValueGraphMode.NONE)
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
        .no_value("no data")
        .span(width)
        .height(4)
    )
    if decimals is not None:
        panel.decimals(decimals)
    if legend is not None:
        panel.text_mode(BigValueTextMode.NAME).display_name(legend)
    if words:
        said = {value: model.ValueMappingResult(text=text, color=color) for value, text, color in words}
        panel.mappings([model.ValueMap(options=said)])
    if goes_to is not None:
        panel.data_links([dashboard.DashboardLink("Look closer").url(f"/d/{goes_to}")])
    return panel


def graph(
    title: str,
    *queries: Query,
    unit: str,
    description: str,
    limit: float | None = None,
    stacked: bool = False,
    width: int = 12,
    height: int = 8,
) -> Panel:
    """Show how it was; `limit` draws a line from which on it is bad."""
    panel = (
        timeseries.Panel()
        .title(title)
        .description(description)
        .datasource(PROMETHEUS)
        .unit(unit)
        .min(0)
        .line_width(1)
        .fill_opacity(25 if stacked else 8)
        .show_points(VisibilityMode.NEVER)
        .tooltip(common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI))
        .legend(
            common.VizLegendOptions()
            .display_mode(LegendDisplayMode.TABLE)
            .placement(LegendPlacement.BOTTOM)
            .show_legend(True)
            .calcs(["lastNotNull", "max"])
        )
        .span(width)
        .height(height)
    )
    if stacked:
        panel.stacking(common.StackingConfig().mode(StackingMode.NORMAL).group("A"))
    if limit is not None:
        panel.thresholds(_thresholds(((None, GREEN), (limit, RED))))
        panel.thresholds_style(common.GraphThresholdsStyleConfig().mode(GraphThresholdsStyleMode.DASHED))
    for ref_id, query in zip("ABCDEFGH", queries, strict=False):
        panel.with_target(prometheus.Dataquery().expr(query.expr).legend_format(query.legend).ref_id(ref_id).range())
    return panel


def bars(
    title: str,
    query: Query,
    *,
    unit: str,
    description: str,
    steps: Steps,
    width: int = 8,
    height: int = 8,
    highest: float | None = None,
) -> Panel:
    """Show several of a kind beside each other, as they are now."""
    panel = (
        bargauge.Panel()
        .title(title)
        .description(description)
        .datasource(PROMETHEUS)
        .with_target(prometheus.Dataquery().expr(query.expr).legend_format(query.legend).ref_id("A").instant())
        .unit(unit)
        .min(0)
        .thresholds(_thresholds(steps))
        .orientation(VizOrientation.HORIZONTAL)
        .display_mode(BarGaugeDisplayMode.BASIC)
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
        .no_value("no data")
        .span(width)
        .height(height)
    )
    if highest is not None:
        panel.max(highest)
    return panel


def lines(title: str, expr: str, *, description: str, height: int = 10) -> Panel:
    """Show lines of the logs, the newest first."""
    return (
        logs.Panel()
        .title(title)
        .description(description)
        .datasource(LOKI)
        .with_target(loki.Dataquery().expr(expr).ref_id("A").max_lines(200))
        .show_time(True)
        .wrap_log_message(True)
        .enable_log_details(True)
        .sort_order(LogsSortOrder.DESCENDING)
        .span(FULL)
        .height(height)
    )


def counted_lines(title: str, *queries: Query, description: str, width: int = 12) -> Panel:
    """Show how many lines of the logs there were."""
    panel = graph(title, unit="short", description=description, stacked=True, width=width)
    assert isinstance(panel, timeseries.Panel)
    panel.datasource(LOKI)
    for ref_id, query in zip("ABCDEFGH", queries, strict=False):
        panel.with_target(loki.Dataquery().expr(query.expr).legend_format(query.legend).ref_id(ref_id))
    return panel


def alerts(title: str, *, description: str, names: Sequence[str] = (), width: int = 8, height: int = 8) -> Panel:
    """Show what fires or is about to, with the link to its runbook; `names` are the alerts of the page's own topic."""
    chosen = f'{{alertname=~"{"|".join(names)}"}}' if names else ""
    return (
        dashboard.Panel()
        .type("alertlist")
        .title(title)
        .description(description)
        .options(
            {
                "viewMode": "list",
                "groupMode": "default",
                "groupBy": [],
                "maxItems": 20,
                "sortOrder": 3,  # by importance
                "dashboardAlerts": False,
                "alertName": "",
                "alertInstanceLabelFilter": chosen,
                "datasource": "prometheus",
                "stateFilter": {"firing": True, "pending": True, "noData": False, "normal": False, "error": True},
            }
        )
        .span(width)
        .height(height)
    )


def variable(
    name: str, label: str, query: str, *, description: str, default: str | None = None
) -> dashboard.QueryVariable:
    """Let the reader choose among a label's values (`label_values(metric, label)`): all of them without a default."""
    built = (
        dashboard.QueryVariable(name)
        .label(label)
        .description(description)
        .datasource(PROMETHEUS)
        .query(query)
        .refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(model.VariableSort.ALPHABETICAL_ASC)
    )
    if default is None:
        everything = model.VariableOption(text="All", value="$__all", selected=True)
        return built.multi(True).include_all(True).all_value(".*").current(everything)
    return built.current(model.VariableOption(text=default, value=default, selected=True))


def page(
    uid: str,
    title: str,
    description: str,
    *rows: tuple[str, Sequence[Panel]],
    variables: Sequence[dashboard.QueryVariable] = (),
    since: str = "now-6h",
) -> model.Dashboard:
    """Put panels in rows; each row fills from the left, and the first one is what is looked at first."""
    built = (
        dashboard.Dashboard(title)
        .uid(uid)
        .description(description)
        .tags([TAG])
        .timezone("browser")
        .readonly()
        .tooltip(model.DashboardCursorSync.CROSSHAIR)
        .time(since, "now")
        .refresh("1m")
        .variables(list(variables))
        .link(
            dashboard.DashboardLink("Dashboards")
            .type(model.DashboardLinkType.DASHBOARDS)
            .tags([TAG])
            .as_dropdown(True)
            .keep_time(True)
        )
        .annotation(
            dashboard.AnnotationQuery()
            .name("Critical alerts")
            .datasource(PROMETHEUS)
            .enable(True)
            .icon_color(RED)
            .expr('ALERTS{alertstate="firing",severity="critical"}')
            .title_format("{{alertname}}")
        )
    )
    for name, panels in rows:
        built.with_row(dashboard.Row(name))
        for panel in panels:
            built.with_panel(panel)
    finished = built.build()
    for number_, panel_ in enumerate(finished.panels or [], start=1):
        panel_.id_val = number_
    return finished


def _thresholds(steps: Steps) -> dashboard.ThresholdsConfig:
    return (
        dashboard.ThresholdsConfig()
        .mode(model.ThresholdsMode.ABSOLUTE)
        .steps([model.Threshold(value=value, color=color) for value, color in steps])
    )
