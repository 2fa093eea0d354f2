"""TikTrend's processes as pods run them, in the environment and under the access lists that prod's program renders.

PostgreSQL, Redis, Prometheus, Alertmanager and Chromium are real. MeiliSearch is not to be had, and a stand-in that
says so takes its place (tests/search_stand_in.py); the stores are made up.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from playwright.sync_api import expect, sync_playwright

from sandbox.nodejs import NODE
from testing.cloud import Cloud
from testing.program import run
from tests.node import SCRIPTS
from tests.ports import free_port
from tests.waiting import PATIENCE_SECONDS, wait_until
from tools import error_budget

from .prometheus import Heard, Prometheus, alertmanager, faster, faster_routes, faster_rules, prometheus, webhook
from .rendered import Stack
from .scraped import Running, endpoints, scrape_config, write_targets
from .servers import HOST, CacheLogin, make_authority, postgres, program, redis

pytestmark = pytest.mark.live

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "tiktrend"
APP = EXAMPLE / "app"
PASSWORD = "live-password"
FIRES_SECONDS = 300.0
COLOURS = ("Red", "Blue", "Green")


@cache
def made() -> Cloud:
    return run("prod", folder=EXAMPLE).cloud


def container(owner: str) -> dict[str, Any]:
    return dict(made().named(owner).inputs["spec"]["template"]["spec"]["containers"][0])


def plain(owner: str) -> dict[str, str]:
    return {each["name"]: each["value"] for each in container(owner).get("env", ()) if isinstance(each["value"], str)}


def secret(name: str) -> dict[str, str]:
    return dict(json.loads(made().named(f"{name}-version").inputs["secretString"]))


def stack() -> Stack:
    """Return the stack as what stands on the sandbox would be read."""
    records = []
    for each in made().created:
        metadata = {"name": each.name, **(each.inputs.get("metadata") or {})}
        records.append(
            SimpleNamespace(token=each.type, urn=each.urn, inputs=each.inputs, outputs={"metadata": metadata})
        )
    return Stack(records, {})  # type: ignore[arg-type] # as much of a World as is read


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield int(server.server_port)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Place:
    """Processes that run, by their Deployment, and what they stand on."""

    folder: Path
    login: dict[str, str]
    environment: dict[str, str]
    search_port: int
    store_delays: dict[str, float]
    asked_stores: list[str]
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    @property
    def port(self) -> int:
        return int(self.environment["PORT"])

    def command(self, owner: str, **changes: str) -> tuple[list[str], dict[str, str]]:
        """Return what a pod's container runs, with its environment."""
        spec = container(owner)
        file = {"ALIVE_FILE": str(self.folder / f"{owner}.alive")}
        arguments = [each.replace("/tmp/", f"{self.folder}/") for each in spec.get("args", ())]
        return [*spec["command"], *arguments], {**self.environment, **plain(owner), **file, **changes}

    def start(self, owner: str, **changes: str) -> "subprocess.Popen[bytes]":
        command, environment = self.command(owner, **changes)
        command[0] = str(APP / ".venv" / "bin" / command[0])
        with (self.folder / f"{owner}.log").open("ab") as log:
            self.running[owner] = subprocess.Popen(command, env=environment, cwd=APP, stdout=log, stderr=log)
        return self.running[owner]

    def log(self, owner: str) -> str:
        return (self.folder / f"{owner}.log").read_text()

    def probe(self, owner: str) -> int:
        """Run a pod's liveness command as the kubelet does."""
        _, environment = self.command(owner)
        command = container(owner)["livenessProbe"]["exec"]["command"]
        return subprocess.run(
            [APP / ".venv" / "bin" / command[0], *command[1:]], env=environment, cwd=APP, check=False
        ).returncode

    def migrate(self, *arguments: str) -> str:
        command, environment = self.command("app-migration-job")
        command = [str(APP / ".venv" / "bin" / command[0]), *command[1:-1], *(arguments or command[-1:])]
        done = subprocess.run(command, env=environment, cwd=APP, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip().splitlines()[-1]

    def ask(self, path: str, body: object = None, method: str | None = None, cookie: str = "") -> tuple[int, Any, str]:
        data = None if body is None else json.dumps(body).encode()
        headers = {"content-type": "application/json", **({"cookie": cookie} if cookie else {})}
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(asked, timeout=PATIENCE_SECONDS) as answer:
                text, made = answer.read().decode(), answer.headers.get("set-cookie") or ""
                return answer.status, json.loads(text) if text[:1] in "[{" else text, made.partition(";")[0]
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(), ""

    def answers(self) -> bool:
        try:
            return self.ask("/health")[0] == 200
        except OSError:
            return False

    def session(self) -> str:
        status, _, cookie = self.ask("/api/session", {"name": "ana"})
        assert status == 201
        return cookie

    def found(self, words: str) -> Any:
        return self.ask(f"/api/products?q={words}")[1]

    def query(self, statement: str) -> list[Any]:
        with psycopg.connect(**self.login) as connection:  # type: ignore[arg-type] # all of them are texts
            return connection.execute(statement.encode()).fetchall()

    def columns(self) -> set[str]:
        return {
            name
            for (name,) in self.query(
                "SELECT column_name FROM information_schema.columns WHERE table_name = 'products'"
            )
        }


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    subprocess.run([Path(sys.executable).parent / "uv", "sync", "--project", APP, "--locked", "--quiet"], check=True)
    folder = tmp_path_factory.mktemp("tiktrend")
    authority, cloud = make_authority(folder), made()
    rendered = cloud.named("app-environment").inputs["data"]
    users = [cloud.named(f"cache-{role}").inputs for role in ("user", "observer")]
    logins = [CacheLogin(each["userName"], each["accessString"], PASSWORD) for each in users]
    delays: dict[str, float] = {}
    asked: list[str] = []

    class Store(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            store, page = url.path.strip("/"), int(parse_qs(url.query)["page"][0])
            asked.append(f"{store} {page}")
            time.sleep(delays.get(store, 0))
            products = [{"sku": each, "name": f"{each} {store}", "price_cents": 100} for each in COLOURS if page == 1]
            body = json.dumps({"products": products}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    with (
        postgres(authority, PASSWORD) as (database_port, _),
        redis(authority, folder, logins) as cache_port,
        serving(Store) as store_port,
    ):
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
            connection.execute(f"CREATE DATABASE {rendered['DATABASE_NAME']}".encode())
        search_port = free_port()
        environment = {
            **rendered,
            # what differs on this machine: addresses, authorities, and what is secret in a pod
            "DATABASE_HOST": HOST,
            "DATABASE_PORT": str(database_port),
            "DATABASE_USER": "master",
            "DATABASE_PASSWORD": PASSWORD,
            "DATABASE_CERTIFICATES": str(authority.bundle),
            "REDIS_HOST": HOST,
            "REDIS_PORT": str(cache_port),
            "REDIS_USERNAME": users[0]["userName"],
            "REDIS_PASSWORD": PASSWORD,
            "REDIS_CERTIFICATES": str(authority.bundle),
            "SEARCH_URL": f"http://127.0.0.1:{search_port}",
            "SEARCH_KEY": secret("search-application")["key"],
            "STORES": json.dumps({store: f"http://127.0.0.1:{store_port}/{store}" for store in ("moda", "casa")}),
            "REQUESTS_PER_MINUTE": "100000",
            "PORT": str(free_port()),
            "METRICS_PORT": str(free_port()),
            "HOST": "127.0.0.1",
            "TRACES_URL": "",
            "PATH": f"{APP / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}",
        }
        yield Place(folder, {**login, "dbname": rendered["DATABASE_NAME"]}, environment, search_port, delays, asked)


@contextmanager
def search_engine(place: Place) -> Iterator[None]:
    """Run the stand-in by the variables of the StatefulSet, and beside it what sees to its keys."""
    own = {"MEILI_MASTER_KEY": secret("search-own")["master_key"]}
    given = {key: value.replace("/data", str(place.folder)) for key, value in plain("search-engine").items()}
    given["MEILI_HTTP_ADDR"] = f"127.0.0.1:{place.search_port}"
    beside = made().named("search-engine").inputs["spec"]["template"]["spec"]["containers"][1]
    variables = {each["name"]: each["value"] for each in beside["env"]}
    keys_port = str(free_port())
    url = {"SEARCH_URL": place.environment["SEARCH_URL"], "PORT": keys_port}
    processes = [
        subprocess.Popen([sys.executable, "-m", "tests.search_stand_in"], env={**os.environ, **given, **own}, cwd=ROOT),
        subprocess.Popen([NODE, "search_keys.cjs"], env={**variables, **own, **url}, cwd=SCRIPTS),
    ]

    def ready() -> bool:
        try:
            return bool(urllib.request.urlopen(f"http://127.0.0.1:{keys_port}/readyz", timeout=5).status == 200)
        except OSError:
            return False

    try:
        wait_until(ready, "the search engine has its keys")
        yield
    finally:
        for each in processes:
            each.kill()
            each.wait()


@pytest.fixture(scope="module")
def served(place: Place) -> Iterator[Place]:
    with search_engine(place):
        place.migrate()
        for owner in ("app-api-pods", "app-worker-pods", "app-beat-pods"):
            place.start(owner)
        try:
            wait_until(place.answers, "the API is ready")
            wait_until(lambda: place.probe("app-worker-pods") == 0, "the worker lives")
            yield place
        finally:
            for process in place.running.values():
                process.kill()
                process.wait()


def test_migrations_go_forth_at_once_and_back(place: Place) -> None:
    with ThreadPoolExecutor(3) as together:
        said = list(together.map(lambda _: place.migrate(), range(3)))
    assert "went from None to 0002" in said
    assert "image_url" in place.columns()
    assert place.migrate("0001") == "went back from 0002 to 0001"
    assert "image_url" not in place.columns()
    assert place.migrate() == "went from 0001 to 0002"


def test_a_job_goes_through_api_worker_database_and_search(served: Place) -> None:
    cookie = served.session()
    status, told, _ = served.ask("/api/scrapes", {"store": "moda"}, cookie=cookie)
    assert status == 202, told
    wait_until(lambda: bool(served.found("blue")["products"]), "a product is found")
    answer = served.found("moda")
    assert (answer["found_by"], len(answer["products"])) == ("search", 3)
    product = answer["products"][0]["id"]
    assert served.ask("/api/favorites", {"product_id": product}, cookie=cookie)[0] == 201
    assert [each["id"] for each in served.ask("/api/favorites", cookie=cookie)[1]["products"]] == [product]


def test_beat_hands_out_a_canary_that_a_worker_does(served: Place) -> None:
    wait_until(lambda: "canary_age_seconds" in served.ask("/metrics")[1], "a canary was done")
    assert served.probe("app-beat-pods") == 0
    assert served.running["app-beat-pods"].poll() is None


def test_nobody_was_refused_by_the_access_lists(served: Place) -> None:
    for owner in ("app-api-pods", "app-worker-pods", "app-beat-pods"):
        assert "NOPERM" not in served.log(owner).upper()
        assert "NoPermissionError" not in served.log(owner)


def test_every_line_is_json(served: Place) -> None:
    lines = [json.loads(line) for line in served.log("app-api-pods").splitlines()]
    assert {"request"} <= {each["message"] for each in lines}
    done = [
        each
        for line in served.log("app-worker-pods").splitlines()
        if (each := json.loads(line)).get("message") == "a job is done"
    ]
    assert {3} == {each["products"] for each in done if each["task"] == "scrape"}


def test_a_pod_keeps_to_its_connections(served: Place) -> None:
    with ThreadPoolExecutor(24) as together:
        assert {status for status, *_ in together.map(lambda _: served.ask("/health"), range(120))} == {200}
    ((most,),) = served.query("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'tiktrend-api'")
    assert 1 <= most <= 6


def test_a_worker_that_is_told_to_end_does_what_it_has_begun(served: Place) -> None:
    served.store_delays["casa"] = 2
    served.asked_stores.clear()
    served.ask("/api/scrapes", {"store": "casa"}, cookie=served.session())
    wait_until(lambda: "casa 1" in served.asked_stores, "the scrape has begun")
    worker = served.running["app-worker-pods"]
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=75) == 0
    served.store_delays.clear()
    assert served.query("SELECT count(*) FROM products WHERE store = 'casa'") == [(3,)]
    served.start("app-worker-pods")
    wait_until(lambda: served.found("casa")["found_by"] == "search", "it works again")


def test_a_person_searches_and_keeps_a_product_in_a_browser(served: Place) -> None:
    served.ask("/api/scrapes", {"store": "moda"}, cookie=served.session())
    wait_until(lambda: bool(served.found("moda")["products"]), "there is something to find")
    web = APP / "web"
    for command in (("npm", "ci", "--silent"), ("npm", "run", "build")):
        if command[1] != "ci" or not (web / "node_modules").exists():
            subprocess.run(command, cwd=web, check=True, capture_output=True)

    class Edge(SimpleHTTPRequestHandler):
        """The CDN: files, the page for a path without a dot, and /api/ to the service."""

        def _api(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0)) or None
            kept = {key: self.headers[key] for key in ("content-type", "cookie") if key in self.headers}
            asked = urllib.request.Request(
                f"http://127.0.0.1:{served.port}{self.path}", body, kept, method=self.command
            )
            try:
                answer = urllib.request.urlopen(asked, timeout=PATIENCE_SECONDS)
            except urllib.error.HTTPError as error:
                answer = error
            data = answer.read()
            self.send_response(answer.status)
            for key in ("content-type", "set-cookie"):
                if key in answer.headers:
                    self.send_header(key, answer.headers[key])
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_POST = do_DELETE = _api

        def do_GET(self) -> None:
            if self.path.startswith("/api/"):
                return self._api()
            if "." not in self.path.rpartition("/")[2]:
                self.path = "/index.html"
            return super().do_GET()

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    with serving(partial(Edge, directory=str(web / "dist"))) as port, sync_playwright() as playwright:  # type: ignore[arg-type] # a class, with its folder
        browser = playwright.chromium.launch(executable_path=program("chromium"))
        page = browser.new_page()
        page.set_default_timeout(PATIENCE_SECONDS * 1000)
        expect.set_options(timeout=PATIENCE_SECONDS * 1000)
        page.goto(f"http://127.0.0.1:{port}/")
        page.get_by_label("Your name").fill("eva")
        page.get_by_role("button", name="Begin").click()
        page.get_by_label("Search").fill("red moda")
        page.get_by_role("button", name="Find").click()
        page.get_by_label("Products").get_by_role("button", name="Keep").first.click()
        expect(page.get_by_label("Favourites").get_by_text("Red moda")).to_be_visible()
        page.reload()
        expect(page.get_by_label("Favourites").get_by_text("Red moda")).to_be_visible()
        page.get_by_role("button", name="Forget").click()
        expect(page.get_by_role("button", name="Forget")).to_have_count(0)
        browser.close()


@dataclass
class Watched:
    """A Prometheus on the stack's monitors and rules, and what its Alertmanager told."""

    prometheus: Prometheus
    heard: Heard


@pytest.fixture(scope="module")
def watched(served: Place) -> Iterator[Watched]:
    whole, folder = stack(), served.folder
    ports: Mapping[str, dict[int, int]] = {
        "app-api-pods": {8000: served.port},
        "app-worker-pods": {9100: int(served.environment["METRICS_PORT"])},
    }
    write_targets(whole, folder, [Running(owner, f"{owner}-1", known) for owner, known in ports.items()])
    own = [
        each for each in endpoints(whole) if each.monitor in ("monitoring-tiktrend-api", "monitoring-tiktrend-worker")
    ]
    scrapes = [scrape_config(whole, each, folder, faster) for each in own]
    with ExitStack() as running:
        heard = running.enter_context(webhook())
        told = running.enter_context(alertmanager(folder, faster_routes(whole.alert_routes(), heard.url)))
        rules = faster_rules(whole.rule_groups())
        yield Watched(running.enter_context(prometheus(folder, rules, scrapes, told)), heard)


def value(watched: Watched, query: str) -> float | None:
    result = watched.prometheus.ask("query?" + urllib.parse.urlencode({"query": query}))["result"]
    return float(result[0]["value"][1]) if result else None


def test_api_and_worker_are_scraped_and_tell_what_was_asked_for(served: Place, watched: Watched) -> None:
    def up() -> bool:
        found = {each["labels"]["job"]: each["health"] for each in watched.prometheus.targets()}
        return found.get("tiktrend-api") == found.get("tiktrend-worker") == "up"

    wait_until(up, "both are scraped")
    served.ask("/api/scrapes", {"store": "moda"}, cookie=served.session())
    wait_until(lambda: (value(watched, 'products_scraped_total{store="moda"}') or 0) >= 3, "products by store")
    for figure in ("favorites_created_total", "http_requests_in_progress", "queue_length", "canary_age_seconds"):
        assert value(watched, f'{figure}{{namespace="tiktrend"}}') is not None, figure


def test_the_search_engine_is_scraped_with_its_own_key_alone(served: Place) -> None:
    for key, status in ((secret("search-metrics")["key"], 200), (secret("search-application")["key"], 403)):
        url = f"{served.environment['SEARCH_URL']}/metrics"
        asked = urllib.request.Request(url, headers={"authorization": f"Bearer {key}"})
        try:
            told = urllib.request.urlopen(asked, timeout=PATIENCE_SECONDS).status
        except urllib.error.HTTPError as error:
            told = error.code
        assert told == status


def test_the_gate_asks_the_real_prometheus(served: Place, watched: Watched, capsys: pytest.CaptureFixture[str]) -> None:
    left = 'slo:error_budget_left:ratio{slo="agreed-response-time"}'

    def known() -> bool:
        served.found("gate")
        return value(watched, left) is not None

    wait_until(known, "the budget is known")
    asked = ["--prometheus", watched.prometheus.url]
    assert error_budget.main([*asked, "--slo", "agreed-response-time", "--least", "-100"]) == 0
    assert error_budget.main([*asked, "--slo", "agreed-response-time", "--least", "100"]) == 1
    # nobody probes the site here, and what is not known is no leave
    assert error_budget.main([*asked, "--slo", "availability"]) == 2
    assert "nothing is known of availability" in capsys.readouterr().err


def test_an_instance_that_is_down_wakes_pagerduty_and_slack_reads_along_to_the_end(
    served: Place, watched: Watched
) -> None:
    served.running["app-api-pods"].kill()
    served.running["app-api-pods"].wait()
    heard = watched.heard

    def at(status: str) -> set[str]:
        return {path for path, _ in heard.of("ApiInstanceDown", status)}

    wait_until(lambda: at("firing") == {"/oncall/pagerduty/0", "/team/slack/0"}, "both are told", FIRES_SECONDS)
    served.start("app-api-pods")
    wait_until(served.answers, "the API is back")
    wait_until(lambda: at("resolved") == {"/oncall/pagerduty/0", "/team/slack/0"}, "both hear the end", FIRES_SECONDS)


def test_without_its_search_engine_it_answers_from_the_database(served: Place) -> None:
    served.running["app-api-pods"].kill()
    served.running["app-api-pods"].wait()
    served.start("app-api-pods", SEARCH_URL=f"http://127.0.0.1:{free_port()}")
    wait_until(served.answers, "the API is ready")
    for number in range(6):
        assert served.found(f"moda%20{number}")["found_by"] == "database"
    # five failures opened the breaker
    assert 'circuit_breaker_open{breaker="search"} 1.0' in served.ask("/metrics")[1]
    assert len(served.found("moda")["products"]) == 3
