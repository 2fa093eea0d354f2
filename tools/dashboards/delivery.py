"""DevOps metrics: deployments, how long they take, how often they fail, and how soon people are served again.

.ci/deploy tells CloudWatch; each figure stands for the five minutes of its period, so that a sum over steps of five
minutes counts it once. It reaches back as far as Prometheus keeps.
"""

from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models import units

from .panels import Panel, Query, alerts, falling, graph, number, page, rising, variable

STACK = '{dimension_Stack=~"$stack"}'
STEP = "[$__range:5m]"
SITE = 'max(probe_success{job="site"})'
# of the state of DevOps reports, which change every year: these are what this house takes for good and for bad
MOST_FAILED, MUCH_FAILED = 0.15, 0.3


def delivery() -> model.Dashboard:
    """Return the page."""
    return page(
        "delivery",
        "Delivery",
        "Deployments and what became of them, uptime and time to recovery, over the range that is chosen above.",
        ("In this range", _range()),
        ("Over time", _over_time()),
        variables=[
            variable(
                "stack",
                "Stack",
                "label_values(aws_platform_deployments_succeeded_sum, dimension_Stack)",
                description="The stacks of this account and region that the pipeline deploys.",
            )
        ],
        since="now-7d",
    )


def _count(metric: str) -> str:
    return f"(sum(sum_over_time(aws_platform_deployments_{metric}_sum{STACK}{STEP})) or vector(0))"


def _range() -> list[Panel]:
    changes = f"({_count('succeeded')} + {_count('failed')})"
    return [
        number(
            "Deployments",
            changes,
            unit=units.Short,
            description="Changes that went out, well or not. Plans that were refused are none, nor are roll-backs.",
            decimals=0,
        ),
        number(
            "Change failure rate",
            f"{_count('failed')} / ({changes} > 0)",
            unit=units.PercentUnit,
            description="Share of changes: the update failed, or the site did not answer afterwards.",
            steps=rising(MOST_FAILED, MUCH_FAILED),
            decimals=0,
        ),
        number(
            "Deployment duration",
            f"avg(avg_over_time(aws_platform_deployments_duration_seconds_average{STACK}{STEP}))",
            unit=units.Seconds,
            description="From the plan to the site's answer, of changes that went well.",
        ),
        number(
            "Lead time",
            f"avg(avg_over_time(aws_platform_deployments_lead_time_seconds_average{STACK}{STEP}))",
            unit=units.Seconds,
            description="From the commit on main until it serves: of prod, approval is most of it.",
        ),
        number(
            "Rollbacks",
            _count("rolled_back"),
            unit=units.Short,
            description="The pipeline went back to what was deployed before, and that answered.",
            decimals=0,
        ),
        number(
            "Uptime",
            f"avg_over_time({SITE}[$__range:1m])",
            unit=units.PercentUnit,
            description="Share of the minutes in which the site answered through the CDN.",
            steps=falling(0.995, 0.999),
            decimals=3,
        ),
        number(
            "Time to recovery",
            f"(1 - avg_over_time({SITE}[$__range:1m])) * $__range_s / (resets({SITE}[$__range:1m]) > 0)",
            unit=units.Seconds,
            description="MTTR: minutes without an answer by the number of outages; empty where there was none. The "
            "objective is 15 minutes.",
            steps=rising(600, 900),
        ),
    ]


def _over_time() -> list[Panel]:
    return [
        alerts(
            "Alerts of delivery",
            description="What fires or is about to, with runbooks.",
            names=("DeploymentFailed", "Site.*"),
        ),
        graph(
            "Deployments per day",
            *(
                Query(f"sum(sum_over_time(aws_platform_deployments_{metric}_sum{STACK}[1d:5m]))", legend)
                for metric, legend in (("succeeded", "well"), ("failed", "failed"), ("rolled_back", "went back"))
            ),
            unit=units.Short,
            description="Of the day before each moment.",
            width=8,
        ),
        graph(
            "Deployment duration",
            Query(f"max(aws_platform_deployments_duration_seconds_average{STACK})", "from plan to answer"),
            unit=units.Seconds,
            description="Each that went well.",
            width=8,
        ),
        graph(
            "Answers before and after a release",
            *(
                Query(f"max(aws_platform_deployments_answer_seconds_{when}_average{STACK})", when)
                for when in ("before", "after")
            ),
            unit=units.Seconds,
            description="How long the balancer waited for an answer, in as many minutes before a release as after it.",
            width=8,
        ),
        graph(
            "Site up",
            Query(SITE, "answers (1), or not (0)"),
            unit="none",
            description="What uptime and time to recovery are computed of.",
            width=8,
        ),
        graph(
            "Cost per day",
            Query("account:cost_usd:increase1d", "the account, USD"),
            unit=units.Dollars,
            description="Of the whole account, as the bill has it. Runbook: CostPerDayHigh.",
            width=8,
        ),
    ]
