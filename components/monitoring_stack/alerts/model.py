"""What an alert and a recording are, and the rules that Prometheus reads of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ...flowise_service.environment import NAMESPACE

Severity = Literal["critical", "warning", "info"]
# names of scrape jobs, a contract with whoever makes the monitors and probes
SERVERS_JOB, PODS_JOB, QUEUE_JOB = "flowise", "flowise-pods", "flowise-queue"
DATABRICKS_JOB, SITE_JOB, CLOUDWATCH_JOB = "databricks", "site", "cloudwatch"
IN_FLOWISE = f'namespace="{NAMESPACE}"'


@dataclass(frozen=True, kw_only=True)
class Alert:
    """One alert. `lasting` is how long it must hold before it fires, such as `5m`; at once where it is empty.

    critical wakes somebody, warning waits for the morning, info is for the record.
    """

    name: str
    expression: str
    lasting: str
    severity: Severity
    summary: str
    description: str
    keep_firing_for: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)

    def rule(self, *, team: str, runbook_base_url: str | None) -> dict[str, Any]:
        """Give the rule; without a base URL it names its runbook's file in the repository."""
        runbook = runbook_path(self.name)
        return {
            "alert": self.name,
            "expr": self.expression,
            **({"for": self.lasting} if self.lasting else {}),
            **({"keep_firing_for": self.keep_firing_for} if self.keep_firing_for else {}),
            "labels": {"severity": self.severity, "team": team, **self.labels},
            "annotations": {
                "summary": self.summary,
                "description": self.description,
                "runbook_url": f"{runbook_base_url.rstrip('/')}/{self.name}.md" if runbook_base_url else runbook,
            },
        }


@dataclass(frozen=True)
class Recording:
    """A series that Prometheus computes by itself."""

    name: str
    expression: str
    labels: Mapping[str, str] = field(default_factory=dict)

    def rule(self) -> dict[str, Any]:
        """Give the rule."""
        return {
            "record": self.name,
            "expr": self.expression,
            **({"labels": dict(self.labels)} if self.labels else {}),
        }


@dataclass(frozen=True, kw_only=True)
class Group:
    """Rules that are evaluated together, in order."""

    name: str
    recordings: Sequence[Recording] = ()
    alerts: Sequence[Alert] = ()


def runbook_path(alert: str) -> str:
    """Give where the runbook of an alert lies in the repository."""
    return f"docs/operations/runbooks/{alert}.md"


def either(*expressions: str) -> str:
    """Give what holds where one of them does."""
    return "\nor\n".join(expressions)


def ratio(part: str, whole: str) -> str:
    """Give a share that is 0 where the part has never been seen, and nothing where the whole is 0."""
    return f"(({part}) or 0 * ({whole})) / (({whole}) > 0)"
