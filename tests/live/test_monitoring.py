"""A real Prometheus on the stack's monitors and rules, over the real Flowise, and what Alertmanager tells of it.

What the cluster would have beside it is not here: the chart's own exporters, CloudWatch's and the probes. Alerts on
their absence fire as they should, and are nobody's business in these tests.
"""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.waiting import wait_until

from .client import Browser
from .conftest import Place, is_ready
from .flowise import Process
from .prometheus import Heard, Prometheus, alertmanager, faster, faster_routes, faster_rules, prometheus, webhook
from .scraped import Running, endpoints, scrape_config, write_targets
from .servers import READY_SECONDS

pytestmark = pytest.mark.live
QUEUES = {f"flowise-queue-{kind}" for kind in ("prediction", "schedule", "upsertion")}
SERVER, WORKER, EXPORTER = "app-server-pods", "app-worker-pods", "app-queue-exporter-pods"
# a prediction that takes this long breaks the objective of the stack in these tests, 5 s
SLOW_SECONDS = 8.0
FIRES_SECONDS = 300.0
# what waits while a worker is lost, noticed, and its successor starts on a busy machine
LONGEST_SECONDS = 400.0


@dataclass
class Watched:
    """Flowise's pods as Prometheus sees them, by their names in the cluster."""

    place: Place
    folder: Path
    site: Browser
    flow_id: str
    pods: dict[str, tuple[str, Process]]
    heard: Heard
    stack: ExitStack
    prometheus: Prometheus = field(init=False)

    def start(self, *pods: tuple[str, str]) -> None:
        """Run pods of these names and roles, and let Prometheus know of them."""
        started = [(name, role, *self.stack.enter_context(self.place.pod(role))) for name, role in pods]
        for name, role, process, _, probe in started:
            wait_until(partial(is_ready, process, probe), f"{name} ready", READY_SECONDS)
            self.pods[name] = (role, process)
        self.tell()

    def kill(self, name: str) -> None:
        """End a pod at once, as with its node; Kubernetes has not noticed."""
        self.pods[name][1].kill()

    def forget(self, name: str) -> None:
        """Let Kubernetes notice."""
        del self.pods[name]
        self.tell()

    def tell(self) -> None:
        """Write which pods there are."""
        running = [Running(role, name, process.ports) for name, (role, process) in self.pods.items()]
        write_targets(self.place.stack, self.folder, running)

    @contextmanager
    def asked(self, times: int) -> Iterator[list[Any]]:
        """Ask the flow over and over, by as many at once, until the block ends; then wait for the answers."""
        answers: list[Any] = []
        enough = threading.Event()

        def ask() -> None:
            while not enough.is_set():
                body = {"question": "how long?"}
                path = f"/api/v1/prediction/{self.flow_id}"
                try:
                    answers.append(self.site("POST", path, body, seconds=LONGEST_SECONDS)[0])
                except OSError as error:
                    answers.append(error)

        threads = [threading.Thread(target=ask, daemon=True) for _ in range(times)]
        for index, thread in enumerate(threads):
            # answers come one after the other, not all at once
            enough.wait(SLOW_SECONDS / times if index else 0)
            thread.start()
        try:
            yield answers
        finally:
            enough.set()
        for thread in threads:
            thread.join(LONGEST_SECONDS)

    def hears_once(self, alert: str, status: str) -> dict[str, Any]:
        """Wait until a webhook has heard that of an alert; give the one message, and fail where there are more."""
        wait_until(lambda: bool(self.heard.of(alert, status)), f"{alert} {status} heard", FIRES_SECONDS)
        messages = self.heard.of(alert, status)
        assert len({path for path, _ in messages}) == len(messages), f"{alert} is {status} more than once: {messages}"
        return messages[0][1]


@pytest.fixture(scope="module")
def watched(queue: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """Run servers, workers, exporter, Prometheus and Alertmanager."""
    folder = tmp_path_factory.mktemp("prometheus")
    stack = queue.stack
    with ExitStack() as running:
        heard = running.enter_context(webhook())
        told = running.enter_context(alertmanager(folder, faster_routes(stack.alert_routes(), heard.url)))
        found = Watched(queue, folder, Browser(""), "", {}, heard, running)
        found.start(("server-1", SERVER), ("worker-1", WORKER), ("exporter-1", EXPORTER))
        found.site = Browser(f"http://127.0.0.1:{found.pods['server-1'][1].ports[3000]}")
        queue.log_in(found.site)
        found.flow_id = queue.make_flow(found.site)
        scrapes = [scrape_config(stack, each, folder, faster) for each in endpoints(stack)]
        rules = faster_rules(stack.rule_groups())
        found.prometheus = running.enter_context(prometheus(folder, rules, scrapes, told))
        yield found


def test_every_pod_is_scraped_as_in_the_cluster(watched: Watched) -> None:
    jobs = {SERVER: {"flowise", "flowise-pods"}, WORKER: {"flowise-pods"}, EXPORTER: {"flowise-queue"}}
    wanted = {(job, "flowise", name, "up") for name, (role, _) in watched.pods.items() for job in jobs[role]}

    def scraped() -> set[tuple[str, ...]]:
        return {
            (*(each["labels"][label] for label in ("job", "namespace", "pod")), each["health"])
            for each in watched.prometheus.targets()
            if "pod" in each["labels"]
        }

    try:
        wait_until(lambda: scraped() == wanted, "all scraped")
    except AssertionError:
        assert scraped() == wanted


def test_every_rule_is_evaluated(watched: Watched) -> None:
    def rules() -> list[dict[str, Any]]:
        return [rule for group in watched.prometheus.ask("rules")["groups"] for rule in group["rules"]]

    wait_until(lambda: all(rule["health"] != "unknown" for rule in rules()), "all evaluated")
    assert [(rule["name"], rule["lastError"]) for rule in rules() if rule["health"] != "ok"] == []
    rendered = [rule for group in watched.place.stack.rule_groups() for rule in group["rules"]]
    assert len(rules()) == len(rendered)


def test_the_dead_mans_switch_is_heard_over_and_over(watched: Watched) -> None:
    wait_until(lambda: len(watched.heard.of("Watchdog", "firing")) > 1, "heard twice", FIRES_SECONDS)
    assert {path for path, _ in watched.heard.of("Watchdog", "firing")} == {"/heartbeat/webhook/0"}


def test_slow_answers_are_told_once_and_so_is_their_end(watched: Watched) -> None:
    slow = watched.place.model.slow_seconds
    slow.extend([SLOW_SECONDS] * 200)
    try:
        with watched.asked(6) as answers:
            told = watched.hears_once("HighLatency", "firing")
    finally:
        slow.clear()
    assert set(answers) == {200}
    assert told["commonLabels"] | {"path": "prediction", "severity": "critical"} == told["commonLabels"]
    watched.hears_once("HighLatency", "resolved")
    assert watched.hears_once("HighLatency", "firing") == told


def test_a_lost_worker_and_the_queue_behind_it_are_told_once_and_so_is_their_end(watched: Watched) -> None:
    (lost,) = [name for name, (role, _) in watched.pods.items() if role == WORKER]
    watched.kill(lost)
    told = {"AppInstanceDown": watched.hears_once("AppInstanceDown", "firing")}
    assert [each["labels"]["pod"] for each in told["AppInstanceDown"]["alerts"]] == [lost]
    assert told["AppInstanceDown"]["groupLabels"] == {"alertname": "AppInstanceDown", "namespace": "flowise"}
    # it served three queues, which are one message
    told["WorkersMissing"] = watched.hears_once("WorkersMissing", "firing")
    assert {each["labels"]["queue"] for each in told["WorkersMissing"]["alerts"]} == QUEUES
    with watched.asked(1) as answers:
        told["QueueStuck"] = watched.hears_once("QueueStuck", "firing")
        assert [each["labels"]["queue"] for each in told["QueueStuck"]["alerts"]] == [min(QUEUES)]
        # its successor comes, and Kubernetes forgets it
        watched.forget(lost)
        watched.start((f"{lost}-again", WORKER))
    assert set(answers) == {200}
    for alert, message in told.items():
        watched.hears_once(alert, "resolved")
        assert watched.hears_once(alert, "firing") == message
