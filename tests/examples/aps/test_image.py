"""The image and the compose file of Sistema APS."""

import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from examples.aps import application as app
from tests.waiting import PATIENCE_SECONDS

APP = Path(__file__).parents[3] / "examples" / "aps" / "app"
BIN = Path(sys.executable).parent


@pytest.mark.parametrize(
    "command",
    [
        ("hadolint", "--no-color", "Dockerfile"),
        ("check-jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.yaml"),
    ],
    ids=["dockerfile", "compose"],
)
def test_a_linter_finds_nothing(command: tuple[str, ...]) -> None:
    tool = shutil.which(command[0], path=BIN)
    assert tool, f"{command[0]} is not in the virtual environment: make setup"
    done = subprocess.run(
        [tool, *command[1:]], capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS, cwd=APP
    )
    assert done.returncode == 0, done.stdout + done.stderr


def final_stage() -> list[str]:
    lines = (APP / "Dockerfile").read_text().splitlines()
    stages = [index for index, line in enumerate(lines) if line.startswith("FROM ")]
    assert len(stages) == 3
    return lines[stages[-1] :]


def test_the_image_is_built_in_stages_and_runs_gunicorn_as_nobody_special() -> None:
    final = final_stage()
    assert "USER 1000:1000" in final
    command = json.loads(next(line for line in final if line.startswith("CMD ")).removeprefix("CMD "))
    process = app.process(app.ServiceSettings(image="aps:1.0.0"))
    # a pod runs what the image runs
    assert command == [*process.command, *process.args]
    assert "RUN" not in [line.split(" ")[0] for line in final]


def test_the_build_sees_what_it_copies_and_no_more() -> None:
    ignored = (APP / ".dockerignore").read_text().splitlines()
    assert ignored[0] == "*"
    seen = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    assert seen == {"aps", "gunicorn_conf.py", "pyproject.toml", "uv.lock"}
    assert all((APP / name).exists() for name in seen)


def test_the_lock_is_of_what_the_application_asks_for() -> None:
    asked = tomllib.loads((APP / "pyproject.toml").read_text())["project"]
    locked = {each["name"]: each for each in tomllib.loads((APP / "uv.lock").read_text())["package"]}
    assert locked["aps"]["version"] == asked["version"]
    assert {"flask", "gunicorn", "prometheus-client", "psycopg", "psycopg-pool", "redis"} <= locked.keys()


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((APP / "compose.yaml").read_text())
    return found


def test_one_machine_has_application_database_cache_and_gateway() -> None:
    services = compose()["services"]
    assert {"app", "database", "cache", "gateway", "postgres-exporter", "nginx-exporter", "node-exporter"} <= set(
        services
    )
    # the gateway and Prometheus alone are reached, from this machine
    assert [name for name, each in services.items() if "ports" in each] == ["gateway", "prometheus"]
    assert all(port.startswith("127.0.0.1:") for each in services.values() for port in each.get("ports", ()))
    assert "--reload" in services["app"]["command"]
    assert services["app"]["environment"]["WEB_CONCURRENCY"] == "3"


def test_prometheus_asks_all_of_them_every_ten_seconds() -> None:
    asked = yaml.safe_load((APP / "compose" / "prometheus.yaml").read_text())
    assert asked["global"]["scrape_interval"] == "10s"
    assert [each["job_name"] for each in asked["scrape_configs"]] == ["aps", "postgres", "nginx", "node"]


def test_the_gateway_of_one_machine_does_what_the_edge_does() -> None:
    text = (APP / "compose" / "nginx.conf").read_text()
    for line in ("gzip on;", "max-age=2592000, immutable", "X-Frame-Options SAMEORIGIN", "location = /metrics"):
        assert line in text
