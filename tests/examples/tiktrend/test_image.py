"""The image and the compose file of TikTrend."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from examples.tiktrend import application as app
from tests.waiting import PATIENCE_SECONDS

APP = Path(__file__).parents[3] / "examples" / "tiktrend" / "app"
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
    assert len(stages) == 3
    final = lines[stages[-1] :]
    assert "USER 1000:1000" in final
    assert "RUN" not in [line.split(" ")[0] for line in final]
    process = app.api(app.ServiceSettings(image="tiktrend:1.0.0"))
    # a pod runs what the image runs
    command = json.loads(next(line for line in final if line.startswith("CMD ")).removeprefix("CMD "))
    assert command == [*process.command, *process.args]


def test_the_build_sees_what_it_copies_and_no_more() -> None:
    ignored = (APP / ".dockerignore").read_text().splitlines()
    seen = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    assert ignored[0] == "*"
    assert seen == {"tiktrend", "pyproject.toml", "uv.lock"}


def test_on_one_machine_files_reload_and_figures_are_seen() -> None:
    services = yaml.safe_load((APP / "compose.yaml").read_text())["services"]
    assert "--reload" in services["api"]["command"]
    assert {"prometheus", "grafana", "search", "beat", "worker", "web"} <= services.keys()
    assert services["search"]["image"].endswith(":v1.5.1")
    assert "volatile-ttl" in services["cache"]["command"]
    published = [port for each in services.values() for port in each.get("ports", ())]
    assert [port for port in published if not port.startswith("127.0.0.1:")] == []
