"""Ranking as a pod runs it, on PostgreSQL over TLS, in the environment that prod's program renders; and its page."""

import functools
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import sync_playwright

from components.waf_cdn.function_code import page_function
from components.waf_cdn.response_headers import response_headers
from examples.ranking import application as rendered
from examples.ranking import smoke
from testing.cloud import Cloud
from testing.program import run
from tests.components.waf_cdn.test_function_code import run as run_function
from tests.ports import free_port
from tests.waiting import PATIENCE_SECONDS, wait_until
from tools.front_end import TYPES, build

from .prometheus import alertmanager, faster_routes, faster_rules, prometheus, webhook
from .servers import HOST, make_authority, postgres, program

pytestmark = pytest.mark.live

EXAMPLE = Path(__file__).parents[2] / "examples" / "ranking"
APP = EXAMPLE / "app"
PASSWORD = "live-password"
ADMIN = {"x-amzn-oidc-identity": "ann", "x-request-id": "id-1", "content-type": "application/json"}
POD = "app-blue-web-pods"
FIRES_SECONDS = 300.0
# what web.dev calls good: largest contentful paint, and how far things move
GOOD_LCP_MS, GOOD_CLS = 2500, 0.1
# what a page's own observers told by now
VITALS = """() => new Promise((resolve) => {
  const told = {cls: 0};
  new PerformanceObserver((list) => list.getEntries().forEach((each) => { told[each.name] = each.startTime }))
    .observe({type: 'paint', buffered: true});
  new PerformanceObserver((list) => list.getEntries().forEach((each) => { told.lcp = each.startTime }))
    .observe({type: 'largest-contentful-paint', buffered: true});
  new PerformanceObserver((list) => list.getEntries().forEach((each) => { told.cls += each.value }))
    .observe({type: 'layout-shift', buffered: true});
  setTimeout(() => resolve(told), 500);
})"""


@dataclass
class Served:
    """A pod that answers, its database, and what renders both."""

    cloud: Cloud
    folder: Path
    port: int
    login: dict[str, str]
    environment: dict[str, str]
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Run the pod, and wait until it is ready."""
        pod = self.cloud.named(POD).inputs["spec"]["template"]["spec"]["containers"][0]
        arguments = dict(zip(pod["args"], pod["args"][1:], strict=False))
        command = [str(Path(sys.executable).parent / pod["command"][0]), *pod["args"]]
        command[command.index("--port") + 1] = str(self.port)
        assert arguments["--port"] == str(rendered.PORT)
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, env=self.environment, cwd=APP, stdout=log, stderr=log)
        wait_until(self.is_ready, "the pod is ready")

    def is_ready(self) -> bool:
        """Tell whether it answers as its probe asks."""
        try:
            return self.ask("/health")[0] == 200
        except (urllib.error.URLError, ConnectionError):
            return False

    def ask(self, path: str, body: object = None, method: str | None = None, **headers: str) -> tuple[int, str]:
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(asked, timeout=PATIENCE_SECONDS) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def query(self, statement: str) -> list[Any]:
        with psycopg.connect(**self.login) as connection:  # type: ignore[arg-type] # all of them are texts
            return connection.execute(statement.encode()).fetchall()

    def migrate(self, *arguments: str) -> str:
        command = [sys.executable, *rendered.MIGRATION.command[1:], *arguments]
        done = subprocess.run(command, env=self.environment, cwd=APP, capture_output=True, text=True, check=True)
        return done.stdout.strip()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("ranking")
    authority = make_authority(folder)
    cloud = run("prod", folder=EXAMPLE).cloud
    plain = cloud.named("app-blue-environment").inputs["data"]
    with postgres(authority, PASSWORD) as (database_port, _):
        login = {
            "host": HOST,
            "port": str(database_port),
            "dbname": "postgres",
            "user": "master",
            "password": PASSWORD,
            "sslmode": "verify-full",
            "sslrootcert": str(authority.bundle),
        }
        with psycopg.connect(**login, autocommit=True) as connection:  # type: ignore[arg-type] # all of them are texts
            connection.execute(f"CREATE DATABASE {plain['DB_NAME']}".encode())
        environment = {
            **plain,
            # what differs on this machine: addresses, authorities, what is secret in a pod, and that no AWS is there
            "DB_HOST": HOST,
            "DB_PORT": str(database_port),
            "DB_USER": "master",
            "DB_PASSWORD": PASSWORD,
            "DB_CERTIFICATES": str(authority.bundle),
            "FLAGS_APPLICATION": "",
            "PATH": os.environ["PATH"],
        }
        place = Served(cloud, folder, free_port(), {**login, "dbname": "ranking"}, environment)
        assert place.migrate() == "nothing -> 0002"
        place.start()
        try:
            yield place
        finally:
            if place.process:
                place.process.kill()
                place.process.wait()


def test_migrations_go_forth_and_back_and_several_at_once_do_no_harm(served: Served) -> None:
    assert served.migrate("--down", "0001") == "0002 -> 0001"
    with ThreadPoolExecutor(3) as together:
        assert set(together.map(lambda _: served.migrate().partition(" -> ")[2], range(3))) == {"0002"}
    assert served.migrate("--down", "base") == "0002 -> nothing"
    assert served.migrate() == "nothing -> 0002"


def test_points_are_given_noted_and_ranked(served: Served) -> None:
    for name, points in {"ann": 3, "bob": 5, "eve": 5}.items():
        body = {"name": name, "points": points}
        assert served.ask("/api/admin/scores", body, "PUT", **ADMIN)[0] == 204
    assert served.ask("/api/admin/scores/eve", None, "DELETE", **ADMIN)[0] == 204
    assert json.loads(served.ask("/api/rankings")[1]) == {
        "total": 2,
        "places": [{"place": 1, "name": "bob", "points": 5.0}, {"place": 2, "name": "ann", "points": 3.0}],
    }
    noted = served.query("SELECT by, action, name, request_id FROM audit ORDER BY id")
    assert noted[0] == ("ann", "gave points", "ann", "id-1")
    assert noted[-1] == ("ann", "took out", "eve", "id-1")
    assert json.loads(served.ask("/api/admin/audit", **ADMIN)[1])[0]["action"] == "took out"
    assert served.query("SELECT count(*) FROM audit WHERE action = 'read the audit log'") == [(1,)]


def test_connections_stay_within_the_pool(served: Served) -> None:
    with ThreadPoolExecutor(24) as together:
        statuses = list(together.map(lambda _: served.ask("/api/rankings")[0], range(120)))
    assert set(statuses) == {200}
    (most,) = served.query("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'ranking'")[0]
    assert 1 <= most <= rendered.CONNECTIONS_OF_A_POD


def test_a_real_prometheus_scrapes_it_and_an_alert_comes_and_goes(served: Served, tmp_path: Path) -> None:
    cloud, name = served.cloud, "AppInstanceDown"
    (chart,) = [
        each.inputs["values"]
        for each in cloud.of("kubernetes:helm.sh/v3:Release")
        if each.inputs["chart"].endswith("kube-prometheus-stack")
    ]
    groups = [each for each in cloud.named("monitoring-alerts").inputs["spec"]["groups"] if each["name"] == "service"]
    labels = {"job": "ranking", "namespace": "ranking", "pod": "app-blue-web-1"}
    (endpoint,) = cloud.named("monitoring-ranking").inputs["spec"]["podMetricsEndpoints"]
    scrape = {
        "job_name": "ranking",
        "metrics_path": endpoint["path"],
        "static_configs": [{"targets": [f"127.0.0.1:{served.port}"], "labels": labels}],
    }
    served.ask("/api/rankings")
    with (
        webhook() as heard,
        alertmanager(tmp_path, faster_routes(chart["alertmanager"]["config"], heard.url)) as told,
        prometheus(tmp_path, faster_rules(groups), [scrape], told) as found,
    ):
        asked = "query?query=ranking_computation_seconds_count"
        wait_until(lambda: bool(found.ask(asked)["result"]), "its computations are known")
        assert served.process is not None
        served.process.kill()
        served.process.wait()
        wait_until(lambda: bool(heard.of(name, "firing")), f"{name} is told", FIRES_SECONDS)
        served.start()
        wait_until(lambda: bool(heard.of(name, "resolved")), f"{name} is over", FIRES_SECONDS)
    (message, *_) = [message for _, message in heard.of(name, "firing")]
    assert {each["labels"]["pod"] for each in message["alerts"]} == {labels["pod"]}
    assert message["commonLabels"]["severity"] == "critical"


@contextmanager
def site(port: int, files: Path) -> Iterator[str]:
    """Serve what CloudFront does: the service's paths, and files by its function, with the headers that it adds."""
    built = {f"/{each.key}": each for each in build(files)}
    added = response_headers(rendered.PROFILE, ())

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path.startswith(rendered.PROFILE.service_paths):
                service = http.client.HTTPConnection("127.0.0.1", port)
                service.request("GET", self.path, headers={"x-forwarded-for": "192.0.2.1"})
                answer = service.getresponse()
                self.tell(answer.status, answer.read(), {"content-type": answer.headers["content-type"]})
                return
            event = {"request": {"method": "GET", "uri": path, "querystring": {}, "headers": {}}}
            file = built.get(run_function(page_function(), event)["uri"])
            if file is None:
                self.tell(403, b"<Error/>", {"content-type": "application/xml"})
                return
            put = file.put("files")
            self.tell(200, file.content, {"content-type": put["ContentType"], "cache-control": put["CacheControl"]})

        def tell(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            said = {**{each.name: each.value for each in added}, **headers, "content-length": str(len(body))}
            for each in said.items():
                self.send_header(*each)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=functools.partial(server.serve_forever, 0.1), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_the_page_is_fast_and_still_and_what_is_missing_stays_missing(
    served: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    web = tmp_path / "web"
    shutil.copytree(APP / "web", web, ignore=shutil.ignore_patterns("node_modules", "dist", "coverage"))
    for command in (["npm", "ci", "--no-audit", "--no-fund"], ["npm", "run", "build"]):
        done = subprocess.run(command, cwd=web, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    assert all(each.suffix in TYPES for each in (web / "dist").rglob("*") if each.is_file())
    for number in range(50):
        body = {"name": f"player {number}", "points": number}
        assert served.ask("/api/admin/scores", body, "PUT", **ADMIN)[0] == 204
    total = json.loads(served.ask("/api/rankings")[1])["total"]
    with site(served.port, web / "dist") as address, sync_playwright() as playwright:
        assert smoke.main([address]) == 0, capsys.readouterr().out
        browser = playwright.chromium.launch(executable_path=program("chromium"), args=["--no-sandbox"])
        said: list[str] = []
        page = browser.new_page()
        page.set_default_timeout(PATIENCE_SECONDS * 1000)
        page.on("console", lambda message: said.append(message.text))
        page.goto(address)
        page.get_by_text(f"{total} in all").wait_for()
        vitals = page.evaluate(VITALS)
        # a page of its own, opened anew at its own address
        page.goto(f"{address}/give")
        page.get_by_label("Name").wait_for()
        browser.close()
    with capsys.disabled():
        print(f"first contentful paint {vitals['first-contentful-paint']:.0f} ms, "
              f"largest {vitals['lcp']:.0f} ms, moved {vitals['cls']:.4f}")  # fmt: skip
    assert said == []
    assert vitals["lcp"] < GOOD_LCP_MS
    assert vitals["cls"] < GOOD_CLS


def test_a_pod_ends_when_it_is_told_to(served: Served) -> None:
    assert served.process is not None
    served.process.send_signal(signal.SIGTERM)
    # uvicorn ends with the signal that it was told by, also when all was answered
    assert served.process.wait(timeout=PATIENCE_SECONDS) in (0, -signal.SIGTERM, 128 + signal.SIGTERM)
