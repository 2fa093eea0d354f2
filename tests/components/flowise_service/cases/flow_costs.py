"""What flows cost: budgets of 50 million tokens a day and 100 USD in 30 days, and one of a flow's own."""

from tests.components.monitoring_stack.cases.case import Case, calm, counter, story

FLOW, OTHER = "0b7c5a44-5a0c-4e3e-9d0a-6d7f0f6a1c01", "0b7c5a44-5a0c-4e3e-9d0a-6d7f0f6a1c02"
DAY = 24 * 60
SOURCES = 'flowise_model_call_sources{job="flowise-pods",namespace="flowise",pod="worker-a"}'


def tokens(model: str, kind: str, flow: str = OTHER, pod: str = "worker-a") -> str:
    labels = f'job="flowise-pods",namespace="flowise",pod="{pod}",flow="{flow}",model="{model}",kind="{kind}"'
    return f"flowise_model_tokens_total{{{labels}}}"


def calls(status: str) -> str:
    labels = f'job="flowise-pods",namespace="flowise",pod="worker-a",flow="{OTHER}",model="own",status="{status}"'
    return f"flowise_model_calls_total{{{labels}}}"


IN_A_DAY = {"flow": "all", "budget": "tokens in a day"}
# to see a day's budget come back takes a day of evaluations: one case does
CASES = (
    story(
        "ModelBudgetNearlySpent",
        "warning",
        "85 % of a day's tokens by two workers, of which one begins again in the midst of it, and then rest",
        {
            tokens("own", "input"): f"{counter((5, 0), (40, 250_000))} {counter((45, 250_000), (DAY + 60, 0))}",
            tokens("own", "input", pod="worker-b"): counter((5, 0), (85, 250_000), (DAY + 60, 0)),
        },
        "1h",
        "1h40m",
        "26h",
        IN_A_DAY,
    ),
    calm(
        "ModelBudgetNearlySpent",
        "more than all of it is no longer nearly",
        {tokens("own", "input"): counter((5, 0), (110, 500_000), (60, 0))},
        "2h30m",
    ),
    Case(
        "ModelBudgetSpent",
        "a flow has spent its own budget, of a thousand tokens a day",
        {tokens("own", "output", FLOW): counter((5, 0), (12, 100), (20, 0))},
        {"30m": ({"flow": FLOW, "budget": "tokens in a day"},)},
        ("10m",),
        "warning",
    ),
    # a million of input and 10.5 of output, at 2.5 and 10 USD a million: 107.5
    Case(
        "ModelBudgetSpent",
        "100 USD in less than two hours",
        {
            tokens("gpt", "input"): counter((5, 0), (100, 10_000), (60, 0)),
            tokens("gpt", "output"): counter((5, 0), (105, 100_000), (60, 0)),
        },
        {"2h10m": ({"flow": "all", "budget": "USD in 30 days"},)},
        ("1h10m",),
        "warning",
    ),
    calm(
        "ModelBudgetSpent",
        "as many tokens from the cache, which cost an eighth",
        {tokens("gpt", "cached"): counter((5, 0), (105, 100_000), (60, 0))},
        "2h10m",
        "2h40m",
    ),
    Case(
        "ModelSpendingUnseen",
        "a provider does not tell the tokens of one call",
        {calls("without_usage"): "0x9 1x20", calls("completed"): "0+1x30"},
        {"20m": ({"model": "own"},)},
        ("5m",),
        "info",
    ),
    Case(
        "ModelSpendingUnseen",
        "a model has no price",
        {tokens("own", "output"): counter((5, 0), (2, 100), (20, 0))},
        {"20m": ({"model": "own"},)},
        ("3m",),
        "info",
    ),
    calm(
        "ModelSpendingUnseen",
        "tokens of a model that has one, and calls that fail",
        {tokens("gpt", "output"): counter((60, 100)), calls("failed"): counter((60, 1))},
        "30m",
        "1h",
    ),
    story(
        "ModelCallsNotCounted",
        "warning",
        "a worker of another image",
        {SOURCES: "5x5 0x30 5x30", SOURCES.replace("worker-a", "server-a"): "5x70"},
        "15m",
        "30m",
        "50m",
        {"job": "flowise-pods", "namespace": "flowise", "pod": "worker-a"},
    ),
    calm("ModelCallsNotCounted", "a process starts", {SOURCES: "0x3 5x30"}, "2m", "20m"),
)
