import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import PATIENCE_SECONDS

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
FLOWISE, TOOLS = ROOT / "image", ROOT / "image" / "platform-tools"
IMAGES = pytest.mark.parametrize("image", [FLOWISE, TOOLS], ids=["flowise", "tools"])


def run(*command: str | Path) -> None:
    tool = shutil.which(str(command[0]), path=BIN)
    assert tool, f"{command[0]} is not in the virtual environment: make setup"
    done = subprocess.run([tool, *command[1:]], capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS)
    assert done.returncode == 0, done.stdout + done.stderr


@IMAGES
def test_hadolint_finds_nothing_in_the_dockerfile(image: Path) -> None:
    run("hadolint", "--no-color", image / "Dockerfile")


def test_the_compose_file_is_as_its_specification_says() -> None:
    run("check-jsonschema", "--builtin-schema", "vendor.compose-spec", ROOT / "compose" / "compose.yaml")


@pytest.mark.parametrize("workflow", sorted((ROOT / ".github" / "workflows").glob("*.yml")), ids=lambda path: path.stem)
def test_a_workflow_is_as_github_says(workflow: Path) -> None:
    run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", workflow)


@IMAGES
def test_the_build_sees_five_files_and_no_others(image: Path) -> None:
    ignored = (image / ".dockerignore").read_text().splitlines()
    assert ignored[0] == "*"
    seen = {line.removeprefix("!") for line in ignored[1:]}
    assert seen == {".npmrc", "NOTICE", "healthcheck.cjs", "package-lock.json", "package.json"}
    assert all((image / name).exists() for name in seen)


@pytest.mark.parametrize(
    ("image", "default"),
    [
        (FLOWISE, ["flowise", "start"]),
        (TOOLS, ["node", "/usr/local/lib/platform-tools/healthcheck.cjs"]),
    ],
    ids=["flowise", "tools"],
)
def test_the_image_runs_any_command_as_nobody_special(image: Path, default: list[str]) -> None:
    lines = (image / "Dockerfile").read_text().splitlines()
    final = lines[max(index for index, line in enumerate(lines) if line.startswith("FROM ")) :]
    assert "USER 1000:1000" in final
    # Kubernetes' and compose's commands stand alone: nothing of the base image's goes before them
    assert "ENTRYPOINT []" in final
    command = next(line for line in final if line.startswith("CMD "))
    assert json.loads(command.removeprefix("CMD ")) == default


@IMAGES
def test_an_image_says_its_terms_and_on_which_bases_it_stands(image: Path) -> None:
    text = (image / "Dockerfile").read_text()
    assert "org.opencontainers.image.licenses=" in text
    # a build names both by digest: nothing but these two lines says what is built on
    assert [line.split()[1] for line in text.splitlines() if line.startswith("FROM ")] == [
        "${NODE_BUILD_IMAGE}",
        "${NODE_IMAGE}",
    ]
    workflow = ROOT / ".github" / "workflows" / ("image.yml" if image == FLOWISE else "platform-tools.yml")
    assert f"run: .ci/image build {image.relative_to(ROOT)} " in workflow.read_text()
