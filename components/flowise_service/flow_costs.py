"""Settings of what flows cost: counting, prices and budgets."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, StringConstraints

from ..config.problems import Problem
from ..config.section import Section

# as assets/model_metrics.cjs tells flows and models
FlowId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
ModelName = Annotated[str, StringConstraints(pattern=r"^[\w.:/@-]{1,128}$")]
Price = Annotated[float, Field(ge=0, allow_inf_nan=False)]
BUDGET_DAYS = 30


class ModelPrice(Section):
    """What a model's provider asks for a million tokens, in USD."""

    input_usd_per_million: Price = Field(description="USD for a million tokens that it is given", examples=[2.5])
    output_usd_per_million: Price = Field(description="USD for a million tokens that it answers with", examples=[10])
    cached_usd_per_million: Price | None = Field(
        default=None,
        description="USD for a million tokens that it is given and has read before; as input where left out",
        examples=[1.25],
    )

    def usd_per_token(self) -> dict[str, float]:
        """Return the price of one token, by kind."""
        cached = self.input_usd_per_million if self.cached_usd_per_million is None else self.cached_usd_per_million
        prices = {"input": self.input_usd_per_million, "cached": cached, "output": self.output_usd_per_million}
        return {kind: price / 1e6 for kind, price in prices.items()}


class ModelBudget(Section):
    """What may be spent on models; alerts tell at 80 % and when it is gone, and nothing is stopped."""

    usd_per_30_days: float | None = Field(
        default=None, gt=0, allow_inf_nan=False, description="USD in the last 30 days", examples=[500]
    )
    tokens_per_day: int | None = Field(
        default=None, gt=0, description="tokens of all kinds in the last 24 hours", examples=[5_000_000]
    )


class FlowCostsSettings(Section):
    """What flows cost: the tokens of their calls of models, prices, budgets."""

    counted: bool = Field(
        default=True, description="count calls and tokens of models, as their providers tell them, by flow and model"
    )
    prices: dict[ModelName, ModelPrice] = Field(
        default_factory=dict,
        description="prices by the model's name, as flows have it; there are none built in, for they change",
        examples=["gpt-4o"],
    )
    budget: ModelBudget = Field(default_factory=ModelBudget, description="of all flows together; none by default")
    flow_budgets: dict[FlowId, ModelBudget] = Field(
        default_factory=dict,
        description="of single flows, by their ids, as a flow's address in Flowise ends",
        examples=["3f2c0a44-9a1e-4c55-8f5e-0d2f6b7a1c9d"],
    )

    def budgets(self) -> dict[str, ModelBudget]:
        """Return the budgets by flow; that of all together is called all."""
        return {"all": self.budget, **self.flow_budgets}

    def in_usd(self) -> bool:
        """Return whether any budget is in USD."""
        return any(budget.usd_per_30_days for budget in self.budgets().values())

    def problems(self) -> Iterator[Problem]:
        """Judge that what is asked for can be known."""
        if self.in_usd() and not self.prices:
            yield Problem("prices", "must be given where a budget is in USD", {}, "give the price of each model")
        if not self.counted and (self.prices or self.flow_budgets or self.budget != ModelBudget()):
            yield Problem("counted", "must be true with prices or budgets", False, "write true, or remove those")
