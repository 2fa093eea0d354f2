"""What flows cost: their calls of models, the tokens of those, and budgets."""

from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models import units

from . import thresholds
from .panels import GREEN, Panel, Query, alerts, bars, graph, number, page, rising, variable

FLOW = 'flow=~"$flow"'
TOKENS, CALLS = "flowise_model_tokens_total", "flowise_model_calls_total"
SECONDS = "flowise_model_call_duration_seconds"
BUDGETS = "budget:model_spending:ratio"
PER_MINUTE = "60 * sum by ({0}) (rate({1}{{{2}}}[$__rate_interval]))"


def flow_costs() -> model.Dashboard:
    """Return the page."""
    return page(
        "flow_costs",
        "What flows cost",
        "Calls of models and their tokens as the providers told them, by the flow's id, with which its address in "
        "Flowise ends. USD where the stack has prices.",
        ("Now", _now()),
        ("Tokens", _tokens()),
        ("Calls", _calls()),
        variables=[
            variable(
                "flow",
                "Flow",
                f"label_values({TOKENS}, flow)",
                description="A flow's id; none: whatever was asked by no flow; other: flows beyond 300.",
            )
        ],
        since="now-24h",
    )


def _now() -> list[Panel]:
    lost = f'sum(increase({CALLS}{{{FLOW},status="%s"}}[1d])) / (sum(increase({CALLS}{{{FLOW}}}[1d])) > 0) or vector(0)'
    return [
        number(
            "Tokens in a day",
            f"sum(flow:model_tokens:increase1d{{{FLOW}}})",
            unit=units.Short,
            description="Of all kinds, in the last 24 hours.",
        ),
        number(
            "USD in 30 days",
            f"sum(flow:model_cost_usd:increase30d{{{FLOW}}})",
            unit=units.Dollars,
            description="By the prices of the stack; no data without. Runbook: ModelBudgetSpent.",
            decimals=2,
        ),
        number(
            "Budget spent most",
            f"max({BUDGETS})",
            unit=units.PercentUnit,
            description="Of all budgets the one that is nearest to its end. Runbook: ModelBudgetNearlySpent.",
            steps=rising(thresholds.BUDGET_SHARE, 1),
            decimals=0,
        ),
        number(
            "Calls that failed",
            lost % "failed",
            unit=units.PercentUnit,
            description="Of the last 24 hours' calls of models.",
            decimals=1,
        ),
        number(
            "Calls without tokens",
            lost % "without_usage",
            unit=units.PercentUnit,
            description="Whose provider told none: what they cost is not in here. Runbook: ModelSpendingUnseen.",
            decimals=1,
        ),
        number(
            "Processes that do not count",
            "count(flowise_model_call_sources == 0) or vector(0)",
            unit=units.Short,
            description="They have found nothing of LangChain's to count by. Runbook: ModelCallsNotCounted.",
            steps=rising(1, 1),
        ),
    ]


def _tokens() -> list[Panel]:
    return [
        alerts(
            "Alerts of what flows cost", description="What fires or is about to, with runbooks.", names=("Model.*",)
        ),
        graph(
            "Tokens a minute by flow",
            Query(PER_MINUTE.format("flow", TOKENS, FLOW), "{{flow}}"),
            unit=units.Short,
            description="Of all kinds.",
            stacked=True,
            width=8,
        ),
        graph(
            "Tokens a minute by model and kind",
            Query(PER_MINUTE.format("model, kind", TOKENS, FLOW), "{{model}} {{kind}}"),
            unit=units.Short,
            description="Cached ones were given to the model and read by it before; they are not in input.",
            stacked=True,
            width=8,
        ),
        bars(
            "USD in 30 days by flow",
            Query(f"topk(10, flow:model_cost_usd:increase30d{{{FLOW}}})", "{{flow}}"),
            unit=units.Dollars,
            description="The ten that cost most; no data without prices.",
            steps=((None, GREEN),),
        ),
        bars(
            "Tokens in a day by flow",
            Query(f"topk(10, flow:model_tokens:increase1d{{{FLOW}}})", "{{flow}}"),
            unit=units.Short,
            description="The ten that used most.",
            steps=((None, GREEN),),
        ),
        bars(
            "Budgets",
            Query(BUDGETS, "{{flow}}: {{budget}}"),
            unit=units.PercentUnit,
            description="How much is spent. Runbook: ModelBudgetSpent.",
            steps=rising(thresholds.BUDGET_SHARE, 1),
            highest=1,
        ),
    ]


def _calls() -> list[Panel]:
    return [
        graph(
            "Calls a minute by flow",
            Query(PER_MINUTE.format("flow", CALLS, FLOW), "{{flow}}"),
            unit=units.Short,
            description="Whatever became of them.",
            stacked=True,
            width=8,
        ),
        graph(
            "Calls that failed or told no tokens, a minute",
            Query(PER_MINUTE.format("model, status", CALLS, f'{FLOW},status!="completed"'), "{{model}} {{status}}"),
            unit=units.Short,
            description="By model; a model that has never answered is called other. Runbook: ModelSpendingUnseen.",
            stacked=True,
            width=8,
        ),
        graph(
            "Duration of calls, p50 and p95",
            *(
                Query(
                    f"histogram_quantile({share}, sum by (le, model) (rate({SECONDS}_bucket[$__rate_interval])))",
                    f"{{{{model}}}} {name}",
                )
                for share, name in ((0.5, "p50"), (0.95, "p95"))
            ),
            unit=units.Seconds,
            description="From a call to the end of its answer, of all flows.",
            width=8,
        ),
    ]
