"""A real Prometheus and a real Alertmanager on the stack's own rules and routes, in a hurry.

Everything that lasts is divided by one factor: scrape intervals, ranges and offsets in expressions, `for` and
`keep_firing_for`, and Alertmanager's waits, so that five minutes take 30 seconds. Thresholds stay as they are, those in
seconds too. Evaluated is every second.
"""

import json
import re
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml

from tests.ports import free_port
from tests.waiting import PATIENCE_SECONDS, wait_until

from .servers import program

FASTER = 10
UNITS_MS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000, "y": 31_536_000_000}
DURATION = r"(?:\d+(?:ms|[smhdwy]))+"
# [5m], [1d:15m], [1d:], offset 5m
LASTING = re.compile(rf"(?<=\[){DURATION}(?=[\]:])|(?<=:){DURATION}(?=\])|(?<=\boffset\s){DURATION}")
# whether a receiver hears of the end where the configuration does not say (alertmanager, config/notifiers.go)
HEARS_OF_THE_END = {"pagerduty": True, "slack": False, "email": False, "sns": True, "webhook": True, "opsgenie": True}
WAITS = ("group_wait", "group_interval", "repeat_interval")


def faster(duration: str) -> str:
    """Divide a duration such as `1h30m`."""
    parts = re.findall(r"(\d+)(ms|[smhdwy])", duration)
    return f"{max(1, round(sum(int(number) * UNITS_MS[unit] for number, unit in parts) / FASTER))}ms"


def faster_rules(groups: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Hurry groups of rules."""
    hurried = ("for", "keep_firing_for", "interval")
    return {
        "groups": [
            {
                **{key: faster(value) if key in hurried else value for key, value in group.items()},
                "rules": [
                    {key: faster(value) if key in hurried else value for key, value in rule.items()}
                    | {"expr": LASTING.sub(lambda found: faster(found.group()), str(rule["expr"]))}
                    for rule in group["rules"]
                ],
            }
            for group in groups
        ]
    }


def faster_routes(config: Mapping[str, Any], hook: str) -> dict[str, Any]:
    """Hurry Alertmanager's waits, and let a webhook hear what every receiver would: at /<receiver>/<kind>/<number>."""
    receivers = []
    for receiver in config["receivers"]:
        hooks = []
        for kind, entries in receiver.items():
            if kind == "name":
                continue
            for number, entry in enumerate(entries):
                name = kind.removesuffix("_configs")
                end = entry.get("send_resolved", HEARS_OF_THE_END[name])
                hooks.append({"url": f"{hook}/{receiver['name']}/{name}/{number}", "send_resolved": end})
        receivers.append({"name": receiver["name"], **({"webhook_configs": hooks} if hooks else {})})
    kept = {key: value for key, value in config.items() if key not in ("global", "templates")}
    return {**kept, "route": _faster_route(config["route"]), "receivers": receivers}


def _faster_route(route: Mapping[str, Any]) -> dict[str, Any]:
    waits = {key: faster(route[key]) for key in WAITS if key in route}
    children = [_faster_route(child) for child in route.get("routes", ())]
    return {**route, **waits, **({"routes": children} if children else {})}


@dataclass
class Heard:
    """What a webhook heard: the path it was asked at, and Alertmanager's message."""

    url: str
    messages: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def of(self, alert: str, status: str) -> list[tuple[str, dict[str, Any]]]:
        """Return the messages in which an alert of this name has this status, with the path."""
        return [
            (path, message)
            for path, message in list(self.messages)
            if any(each["labels"]["alertname"] == alert and each["status"] == status for each in message["alerts"])
        ]


@contextmanager
def webhook() -> Iterator[Heard]:
    """Hear what Alertmanager tells."""
    heard = Heard("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.messages.append((self.path, json.loads(body)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    heard.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield heard
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def alertmanager(folder: Path, config: Mapping[str, Any]) -> Iterator[str]:
    """Run Alertmanager; give its address."""
    address = f"127.0.0.1:{free_port()}"
    file = folder / "alertmanager.yml"
    file.write_text(yaml.safe_dump(dict(config)))
    command = [
        program("alertmanager", "prometheus-alertmanager"),
        f"--config.file={file}",
        f"--storage.path={folder / 'alertmanager'}",
        f"--web.listen-address={address}",
        "--cluster.listen-address=",
        "--log.level=warn",
    ]
    with _running(command, folder / "alertmanager.log", f"http://{address}/-/ready"):
        yield address


@contextmanager
def prometheus(
    folder: Path, rules: Mapping[str, Any], scrapes: Sequence[Mapping[str, Any]], alerts_to: str
) -> Iterator["Prometheus"]:
    """Run Prometheus on these rules and scrapes, and on itself and Alertmanager."""
    address = f"127.0.0.1:{free_port()}"
    (folder / "rules.yml").write_text(yaml.safe_dump(dict(rules)))
    own = {"job_name": "prometheus", "static_configs": [{"targets": [address]}]}
    its = {"job_name": "alertmanager", "static_configs": [{"targets": [alerts_to]}]}
    config = {
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(folder / "rules.yml")],
        "scrape_configs": [*scrapes, own, its],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [alerts_to]}]}]},
    }
    file = folder / "prometheus.yml"
    file.write_text(yaml.safe_dump(config))
    command = [
        program("prometheus"),
        f"--config.file={file}",
        f"--storage.tsdb.path={folder / 'prometheus'}",
        f"--web.listen-address={address}",
        f"--rules.alert.resend-delay={faster('1m')}",
        "--rules.alert.for-grace-period=1s",
        "--log.level=warn",
    ]
    with _running(command, folder / "prometheus.log", f"http://{address}/-/ready"):
        yield Prometheus(f"http://{address}")


@dataclass(frozen=True)
class Prometheus:
    """One that runs."""

    url: str

    def ask(self, path: str) -> Any:
        """Ask its API; give the data."""
        with urllib.request.urlopen(f"{self.url}/api/v1/{path}", timeout=PATIENCE_SECONDS) as answer:
            return json.load(answer)["data"]

    def targets(self) -> list[dict[str, Any]]:
        """Return what it scrapes."""
        targets: list[dict[str, Any]] = self.ask("targets?state=active")["activeTargets"]
        return targets


@contextmanager
def _running(command: Sequence[str], log: Path, ready: str) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        wait_until(lambda: _answers(process, log, ready), f"{command[0]} ready")
        yield
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE_SECONDS)


def _answers(process: "subprocess.Popen[bytes]", log: Path, url: str) -> bool:
    assert process.poll() is None, log.read_text()
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        time.sleep(0.1)
        return False
