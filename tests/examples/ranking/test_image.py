"""The image, the compose file and the page's project of Ranking."""

import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from examples.ranking import application as app
from tests.waiting import PATIENCE_SECONDS

APP = Path(__file__).parents[3] / "examples" / "ranking" / "app"
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


def test_the_image_is_built_in_stages_and_runs_as_nobody_special() -> None:
    lines = (APP / "Dockerfile").read_text().splitlines()
    stages = [index for index, line in enumerate(lines) if line.startswith("FROM ")]
    final = lines[stages[-1] :]
    assert len(stages) == 3
    assert "USER 1000:1000" in final
    assert "RUN" not in [line.split(" ")[0] for line in final]
    command = json.loads(next(line for line in final if line.startswith("CMD ")).removeprefix("CMD "))
    process = app.process(app.ServiceSettings(image="ranking:1.0.0"))
    # a pod runs what the image runs, and says how long it waits besides
    assert [*process.command, *process.args][: len(command)] == command


def test_the_build_sees_what_it_copies_and_no_more() -> None:
    ignored = (APP / ".dockerignore").read_text().splitlines()
    assert ignored[0] == "*"
    seen = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    assert seen == {"ranking", "pyproject.toml", "uv.lock"}
    assert all((APP / name).exists() for name in seen)


def test_the_lock_is_of_what_the_application_asks_for() -> None:
    locked = {each["name"] for each in tomllib.loads((APP / "uv.lock").read_text())["package"]}
    asked = tomllib.loads((APP / "pyproject.toml").read_text())["project"]["dependencies"]
    assert {each.partition(">=")[0].partition("[")[0] for each in asked} <= locked


def test_the_service_and_the_page_change_as_their_files_do() -> None:
    services = yaml.safe_load((APP / "compose.yaml").read_text())["services"]
    assert "--reload" in services["app"]["command"]
    assert services["app"]["volumes"] == ["./ranking:/app/ranking:ro"]
    assert "npm run dev" in services["web"]["command"][-1]
    assert services["app"]["depends_on"]["migration"]["condition"] == "service_completed_successfully"
    scraped = yaml.safe_load((APP / "compose" / "prometheus.yaml").read_text())["scrape_configs"]
    assert [each["static_configs"][0]["targets"] for each in scraped] == [["app:8000"]]


def test_the_page_is_tested_before_it_is_built_and_its_lock_is_of_what_it_asks_for() -> None:
    project = json.loads((APP / "web" / "package.json").read_text())
    locked = json.loads((APP / "web" / "package-lock.json").read_text())["packages"]
    assert locked[""]["devDependencies"] == project["devDependencies"]
    assert project["scripts"]["build"].startswith("tsc")
    assert "coverage" in project["scripts"]["test"]
    assert "thresholds: { lines: 80 }" in (APP / "web" / "vite.config.ts").read_text()
