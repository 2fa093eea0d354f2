"""Sistema APS as a pod runs it, on PostgreSQL and Redis over TLS, in the environment that prod's program renders."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from examples.aps import application as rendered
from testing.program import run
from tests.ports import free_port
from tests.waiting import PATIENCE_SECONDS, wait_until
from tools import load

from .servers import HOST, CacheLogin, make_authority, postgres, redis

pytestmark = pytest.mark.live

EXAMPLE = Path(__file__).parents[2] / "examples" / "aps"
APP = EXAMPLE / "app"
PASSWORD = "live-password"
SIGNED_IN = {"x-amzn-oidc-identity": "nurse-7", "content-type": "application/json"}


@dataclass
class Served:
    """A pod that answers, its database, and what takes that away."""

    process: "subprocess.Popen[bytes]"
    port: int
    login: dict[str, str]
    environment: dict[str, str]
    stop_database: Callable[[], None]

    def ask(self, path: str, body: object = None, method: str | None = None, **headers: str) -> tuple[int, str]:
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", data, {**SIGNED_IN, **headers}, method=method
        )
        try:
            with urllib.request.urlopen(asked, timeout=PATIENCE_SECONDS) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def query(self, statement: str) -> list[Any]:
        with psycopg.connect(**self.login) as connection:  # type: ignore[arg-type] # all of them are texts
            return connection.execute(statement.encode()).fetchall()


def migrate(environment: dict[str, str]) -> str:
    command = [sys.executable, *rendered.MIGRATION.command[1:]]
    done = subprocess.run(command, env=environment, cwd=APP, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("aps")
    authority, port = make_authority(folder), free_port()
    cloud = run("prod", folder=EXAMPLE).cloud
    plain = cloud.named("app-environment").inputs["data"]
    user = CacheLogin(plain["REDIS_USERNAME"], "on ~* +@all", PASSWORD)
    with postgres(authority, PASSWORD) as (database_port, stop), redis(authority, folder, [user]) as cache_port:
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
            # what differs on this machine: addresses, authorities, and what is secret in a pod
            "DB_HOST": HOST,
            "DB_PORT": str(database_port),
            "DB_USER": "master",
            "DB_PASSWORD": PASSWORD,
            "DB_CERTIFICATES": str(authority.bundle),
            "REDIS_HOST": HOST,
            "REDIS_PORT": str(cache_port),
            "REDIS_PASSWORD": PASSWORD,
            "REDIS_CERTIFICATES": str(authority.bundle),
            "SECRET_KEY": "live",
            "PROMETHEUS_MULTIPROC_DIR": str(folder / "metrics"),
            "PORT": str(port),
            "PATH": os.environ["PATH"],
        }
        pod = cloud.named("app-web-pods").inputs["spec"]["template"]["spec"]["containers"][0]
        arguments = [each.replace("/app/", f"{APP}/") for each in pod["args"]]
        command = [sys.executable, "-m", "gunicorn", *arguments]
        log = (folder / "log").open("wb")
        assert migrate(environment) == "0001_visits"
        process = subprocess.Popen(command, env=environment, cwd=APP, stdout=log, stderr=log)
        place = Served(process, port, {**login, "dbname": "esus"}, environment, stop)
        try:
            wait_until(lambda: _answers(place), "the pod is ready")
            yield place
        finally:
            process.kill()
            process.wait()
            log.close()


def _answers(place: Served) -> bool:
    try:
        return place.ask("/health")[0] == 200
    except urllib.error.URLError:
        return False


def test_three_migrations_at_once_do_no_harm(served: Served) -> None:
    with ThreadPoolExecutor(3) as together:
        assert list(together.map(lambda _: migrate(served.environment), range(3))) == ["nothing to do"] * 3


def test_three_workers_answer(served: Served) -> None:
    children = Path(f"/proc/{served.process.pid}/task/{served.process.pid}/children").read_text().split()
    assert len(children) == 3


def test_a_citizen_is_kept_read_and_erased_and_each_is_noted(served: Served) -> None:
    status, made = served.ask("/api/citizens", {"name": "Maria", "health_card": "700", "born": "1980-02-03"})
    assert status == 201, made
    number = json.loads(made)["id"]
    assert served.ask("/api/visits", {"citizen_id": number, "team": "Azul", "day": "2026-11-30"})[0] == 201
    assert json.loads(served.ask(f"/api/citizens/{number}")[1])["name"] == "Maria"
    assert served.ask(f"/api/citizens/{number}", method="DELETE")[0] == 200
    assert served.ask(f"/api/citizens/{number}")[0] == 404
    noted = served.query(f"SELECT by, what FROM access_log WHERE citizen_id = {number} ORDER BY at")
    assert noted == [("nurse-7", "created"), ("nurse-7", "read"), ("nurse-7", "erased")]
    # visits stay, of nobody
    assert json.loads(served.ask("/api/indicators?month=2026-11")[1]) == [{"team": "Azul", "visits": 1, "citizens": 1}]
    assert served.query("SELECT count(*) FROM citizen WHERE name IS NOT NULL") == [(0,)]


def test_a_scrape_has_what_all_workers_counted(served: Served) -> None:
    def counted() -> float:
        lines = served.ask("/metrics")[1].splitlines()
        wanted = 'http_request_duration_seconds_count{code="200",method="GET",route="/"}'
        return sum(float(line.split()[-1]) for line in lines if line.startswith(wanted))

    before = counted()
    with ThreadPoolExecutor(6) as together:
        assert {status for status, _ in together.map(lambda _: served.ask("/"), range(60))} == {200}
    assert {counted() for _ in range(6)} == {before + 60}


def test_a_scrape_from_outside_finds_nothing(served: Served) -> None:
    assert served.ask("/metrics", **{"x-forwarded-for": "192.0.2.1"})[0] == 404


def test_connections_stay_within_the_pools(served: Served) -> None:
    with ThreadPoolExecutor(24) as together:
        statuses = list(together.map(lambda _: served.ask("/health")[0], range(120)))
    assert set(statuses) == {200}
    (most,) = served.query("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'aps'")[0]
    assert 1 <= most <= rendered.CONNECTIONS_OF_A_POD


def test_it_answers_twelve_people_at_once_as_was_promised(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    month = f"/api/indicators?month={date.today():%Y-%m}"
    site, promised = f"http://127.0.0.1:{served.port}", rendered.Promises()
    limits = ["--seconds", str(promised.response_seconds), "--errors", str(promised.errors_percent)]
    ended = load.main([site, "--path", "/", "--path", month, "--people", "12", "--for", "10", *limits])
    assert ended == 0, capsys.readouterr().out


def test_without_its_database_a_pod_is_not_ready_and_lives(served: Served) -> None:
    served.stop_database()
    status, said = served.ask("/health")
    assert (status, json.loads(said)["failing"]) == (503, ["database"])
    assert served.ask("/health?probe=live")[0] == 200


def test_a_pod_ends_when_it_is_told_to(served: Served) -> None:
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(timeout=PATIENCE_SECONDS) == 0
