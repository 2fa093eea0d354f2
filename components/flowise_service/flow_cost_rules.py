"""What Prometheus computes of flows' calls of models, and the alerts on budgets."""

from collections.abc import Iterator

from ..shared.watch import Alert, Group, Recording, either
from .flow_costs import BUDGET_DAYS, FlowCostsSettings
from .metrics import IN_FLOWISE, PODS_JOB

TOKENS, CALLS, SOURCES = "flowise_model_tokens_total", "flowise_model_calls_total", "flowise_model_call_sources"
# What is spent is added up of windows that lie side by side: a counter that begins again with its process, a replica
# that comes or goes and a flow that is seldom asked are all in their sums.
TOKENS_5M, TOKENS_1D = "flow:model_tokens:increase5m", "flow:model_tokens:increase1d"
COST_5M, COST_1H, COST_30D = (f"flow:model_cost_usd:increase{window}" for window in ("5m", "1h", f"{BUDGET_DAYS}d"))
PRICE = "model:price_usd_per_token"
SPENT = "budget:model_spending:ratio"
NEARLY = 0.8


def flow_cost_rules(settings: FlowCostsSettings) -> Group:
    """Return the rules, each after what it is computed of."""
    return Group(name="flow-costs", recordings=list(_recordings(settings)), alerts=_alerts(settings))


def _recordings(settings: FlowCostsSettings) -> Iterator[Recording]:
    yield Recording(TOKENS_5M, f"sum by (flow, model, kind) (increase({TOKENS}{{{IN_FLOWISE}}}[5m]))")
    yield Recording(TOKENS_1D, f"sum by (flow) (sum_over_time({TOKENS_5M}[1d:5m]))")
    for model, price in settings.prices.items():
        for kind, usd in price.usd_per_token().items():
            yield Recording(PRICE, f"vector({usd:.12g})", {"model": model, "kind": kind})
    if settings.prices:
        yield Recording(COST_5M, f"sum by (flow) ({TOKENS_5M} * on (model, kind) group_left () {PRICE})")
        yield Recording(COST_1H, f"sum_over_time({COST_5M}[1h:5m])")
        yield Recording(COST_30D, f"sum_over_time({COST_1H}[{BUDGET_DAYS}d:1h])")
    for flow, budget in settings.budgets().items():
        of = "" if flow == "all" else f'{{flow="{flow}"}}'
        if budget.usd_per_30_days:
            labels = {"flow": flow, "budget": f"USD in {BUDGET_DAYS} days"}
            yield Recording(SPENT, f"sum({COST_30D}{of}) / {budget.usd_per_30_days:.12g}", labels)
        if budget.tokens_per_day:
            labels = {"flow": flow, "budget": "tokens in a day"}
            yield Recording(SPENT, f"sum({TOKENS_1D}{of}) / {budget.tokens_per_day}", labels)


def _alerts(settings: FlowCostsSettings) -> list[Alert]:
    uncounted = Alert(
        name="ModelCallsNotCounted",
        expression=f'{SOURCES}{{job="{PODS_JOB}"}} == 0',
        lasting="15m",
        severity="warning",
        summary="Calls of models are not counted: {{ $labels.pod }}",
        description="{{ $labels.pod }} has found nothing of LangChain's to count by: tokens, cost and budgets see none "
        "of its calls.",
    )
    budgets = settings.budgets().values()
    if not any(budget.usd_per_30_days or budget.tokens_per_day for budget in budgets):
        return [uncounted]
    unseen = [f'sum by (model) (increase({CALLS}{{{IN_FLOWISE},status="without_usage"}}[1d])) > 0.5']
    if settings.in_usd():
        unseen.append(f"sum by (model) (sum_over_time({TOKENS_5M}[1d:5m]) unless on (model) {PRICE}) > 0")
    return [
        Alert(
            name="ModelBudgetNearlySpent",
            expression=f"{SPENT} >= {NEARLY} < 1",
            lasting="",
            severity="warning",
            summary="A budget for models is nearly spent: {{ $labels.flow }}",
            description="{{ $value | humanizePercentage }} of the budget ({{ $labels.budget }}) of flow "
            "{{ $labels.flow }} is spent.",
        ),
        Alert(
            name="ModelBudgetSpent",
            expression=f"{SPENT} >= 1",
            lasting="",
            severity="warning",
            summary="A budget for models is spent: {{ $labels.flow }}",
            description="{{ $value | humanizePercentage }} of the budget ({{ $labels.budget }}) of flow "
            "{{ $labels.flow }} is spent; its calls go on.",
        ),
        Alert(
            name="ModelSpendingUnseen",
            expression=either(*unseen),
            lasting="",
            severity="info",
            summary="Budgets do not see all that is spent: {{ $labels.model }}",
            description="In the last day calls of model {{ $labels.model }} told no tokens, or tokens of it have no "
            "price: what they cost is in no budget.",
        ),
        uncounted,
    ]
