"""Prints runbooks with the names of a stack: `python -m tools.runbooks --stack prod AppInstanceDown`.

The files in docs/operations/runbooks name what differs between stacks in braces, such as {database}; what stands in
capitals (POD) the alert's labels tell. Without an alert all are printed, those that lie with the system among them.
`--write` writes docs/operations/alerts.md, the table of all alerts, from the alerts themselves and from what their
runbooks say.
"""

import argparse
import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import get_args

from components.backups.settings import BackupSettings
from components.backups.watch import watch as backups_watch
from components.cluster_services.watch import watch as secrets_watch
from components.eks_cluster.watch import watch as cluster_watch
from components.flowise_service.flow_costs import FlowCostsSettings, ModelBudget
from components.flowise_service.settings import DatabricksSettings, FlowExportSettings, ServiceSettings
from components.flowise_service.watch import watch as service_watch
from components.monitoring_stack.alerts.rules import ALARM_BRIDGE_ALERT, completed
from components.monitoring_stack.settings.monitoring import MonitoringSettings
from components.monitoring_stack.settings.notifications import NotificationSettings
from components.monitoring_stack.settings.traces import TraceSettings
from components.pipeline_access.watch import watch as pipeline_watch
from components.rds_postgres.settings import DatabaseSettings
from components.rds_postgres.watch import watch as database_watch
from components.redis_cache.settings import CacheSettings
from components.redis_cache.watch import watch as cache_watch
from components.search_engine.watch import watch as search_watch
from components.shared.backup_schedule import Kind
from components.shared.external_secrets import SecretField
from components.shared.watch import Watch
from components.waf_cdn.watch import watch as site_watch
from components.web_service.watch import Autoscalers
from components.web_service.watch import watch as balancer_watch

from .checks import NoAnswer, Run
from .checks import run_program as run_it
from .stack_file import StackFile, StackFileError, at_folder, read_stack

DOCS = Path(__file__).parents[1] / "docs" / "operations"
RUNBOOKS, PAGE = DOCS / "runbooks", DOCS / "alerts.md"
SECTIONS = ("Meaning", "Impact", "First look", "Remedy")
# not %{...}, which is curl's own
PLACEHOLDER = re.compile(r"(?<!%)\{([a-z_]+)\}")
# what the stack itself tells, by `pulumi stack output`
OUTPUTS = ("url", "cluster_name", "database_endpoint", "cache_endpoint")


def service() -> Watch:
    """Return what watches Flowise where it has all that can be watched."""
    return service_watch(
        ServiceSettings(
            mode="queue",
            flow_export=FlowExportSettings(),
            flow_costs=FlowCostsSettings(budget=ModelBudget(tokens_per_day=1)),
            databricks=DatabricksSettings(
                url="https://dbc.cloud.databricks.com", token_secret_name="token", serving_endpoints=("chat",)
            ),
        ),
        metrics_key=SecretField(arn="metrics-key", version_id=""),
        databricks_token=SecretField(arn="databricks-token", version_id=""),
    )


# a stack with everything that an alert watches
EVERYTHING = completed(
    (
        service(),
        database_watch(DatabaseSettings(), identifier="stack"),
        cache_watch(CacheSettings(replicas=1)),
        search_watch(
            namespace="search",
            cron_job="search-snapshot",
            port=7700,
            metrics_key=SecretField(arn="search-key", version_id=""),
        ),
        site_watch(stack_name="stack", address="https://example.com", domain=True),
        balancer_watch(Autoscalers(namespace="flowise", count=2, by_queue=True)),
        secrets_watch(),
        cluster_watch(cluster_name="stack"),
        backups_watch(BackupSettings(restore_tests=True, monthly_budget_usd=1), get_args(Kind), "stack"),
        pipeline_watch(),
    ),
    MonitoringSettings(
        traces=TraceSettings(),
        cloudwatch_metrics=True,
        notifications=NotificationSettings(heartbeat_secret_name="heartbeat"),
    ),
)
HEAD = """# Alerts

Written by `python -m tools.runbooks --write`; do not edit. critical wakes somebody, warning waits for the morning, info
is for the record. A stack has the alerts of what it is made of: those on queues in mode queue alone, and so on. "after"
is how long it must last.

`.venv/bin/python -m tools.runbooks --stack prod ALERT` prints a runbook with the stack's own names, and the way into
the cluster before all that says `kubectl` ([cluster-access.md](cluster-access.md)).
"""
WAY_IN = """# The way in, for every kubectl below (docs/operations/cluster-access.md)

```sh
aws eks update-kubeconfig --region {region} --name {cluster_name}
.venv/bin/python -m tools.tunnel --stack {stack} -- bash
```

"""


class RunbookError(Exception):
    """There is no such runbook; the text says which there are."""


def runbook(alert: str) -> str:
    """Return the text of a common runbook."""
    return (RUNBOOKS / f"{alert}.md").read_text(encoding="utf-8")


def of_system(alert: str, folder: Path, project: str) -> str:
    """Return a runbook as it is for a system: its own, or the common one with its namespace. Raises RunbookError."""
    if alert in own(folder):
        return own(folder)[alert].read_text(encoding="utf-8")
    if alert not in alerts():
        raise RunbookError(f"there is no alert {alert!r}; there are {', '.join(listed(folder))}")
    text = runbook(alert)
    # the common ones are written with the first system's names
    return text.replace("-n flowise", f"-n {project}").replace("`flowise:", f"`{project}:")


def alerts() -> dict[str, tuple[str, str]]:
    """Return severity and how long it must last, of each alert by name."""
    found = {alert.name: (alert.severity, alert.lasting or "at once") for alert in EVERYTHING.alerts}
    return {**found, ALARM_BRIDGE_ALERT: ("as the alarm's", "as the alarm says")}


def own(folder: Path) -> dict[str, Path]:
    """Return the runbooks that lie with a system, by alert: of what is its alone, or otherwise there than elsewhere."""
    return {path.stem: path for path in sorted((folder / "runbooks").glob("*.md"))}


def listed(folder: Path) -> list[str]:
    """Return the alerts that a system's stacks may have: the common ones, then what is its alone."""
    return list(dict.fromkeys([*alerts(), *own(folder)]))


def sections(text: str) -> dict[str, str]:
    """Return the sections of a runbook by title."""
    _, *parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return {title: body.strip() for title, body in zip(parts[::2], parts[1::2], strict=True)}


def page() -> str:
    """Return the table: the first paragraph of each section that it has a column for."""
    lines = [HEAD]
    lines += ["| alert | severity | after | meaning | first look | remedy |", "|---|---|---|---|---|---|"]
    for name, (severity, after) in alerts().items():
        told = sections(runbook(name))
        cells = [f"[{name}](runbooks/{name}.md)", severity, after]
        cells += [_first(told[title]) for title in ("Meaning", "First look", "Remedy")]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _first(section: str) -> str:
    return " ".join(section.split("\n\n", maxsplit=1)[0].split()).replace("|", "\\|")


def names(file: StackFile, outputs: Mapping[str, str]) -> dict[str, str]:
    """Return what the placeholders stand for, of a stack; what is not known is left out."""
    known = {"stack": file.stack, "region": file.region, "database": file.name, "cluster_name": file.name}
    known |= {name: outputs[name] for name in OUTPUTS if name in outputs}
    if "cache_endpoint" in outputs:
        # master.<id>.<hash>.<region>.cache.amazonaws.com, with TLS (ElastiCache user guide, finding endpoints)
        known["cache"] = outputs["cache_endpoint"].removeprefix("master.").split(".")[0]
    return known


def filled(text: str, known: Mapping[str, str]) -> str:
    """Put names into a runbook."""
    return PLACEHOLDER.sub(lambda found: known.get(found[1], found[0]), text)


def main(folder: Path, arguments: list[str] | None = None, *, run: Run = run_it) -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.runbooks", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--stack", help="the stack whose names are put in")
    parser.add_argument("--write", action="store_true", help="write docs/operations/alerts.md instead")
    parser.add_argument("alert", nargs="*", help="which; all by default")
    parser.add_argument("--cwd", type=Path, help="the program's folder (default: here)")
    given = parser.parse_args(arguments)
    if given.write:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if given.stack is None:
        parser.error("--stack is missing: name the stack that the alert is of")
    try:
        folder = at_folder(given.cwd) if given.cwd else folder
        file = read_stack(folder, given.stack)
        known = names(file, _outputs(given.stack, run))
        texts = [of_system(alert, folder, file.project) for alert in given.alert or listed(folder)]
    except (StackFileError, RunbookError) as reason:
        sys.stderr.write(f"{reason}\n")
        return 2
    way_in = WAY_IN if any("kubectl" in text for text in texts) else ""
    sys.stdout.write(filled(way_in + "\n".join(texts), known))
    return 0


def _outputs(stack: str, run: Run) -> Mapping[str, str]:
    try:
        told: Mapping[str, str] = json.loads(run("pulumi", "stack", "output", "--json", "--stack", stack))
    except NoAnswer as reason:
        # in the middle of an outage half the names are better than none
        sys.stderr.write(f"what the stack itself tells stays in braces: {reason}\n")
        return {}
    return told


if __name__ == "__main__":
    sys.exit(main(Path.cwd()))
