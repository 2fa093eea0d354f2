"""A new image in the stacks' files: what the image's workflow proposes."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tools.new_image import main, replaced, repository

ROOT = Path(__file__).parents[2]
REPOSITORY = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/flowise"
IMAGE_WORKFLOW = ROOT / ".github" / "workflows" / "image.yml"
NEW = f"{REPOSITORY}:3.1.4-0a1b2c3d4e5f-7@sha256:{'ab' * 32}"


@pytest.mark.parametrize(
    ("image", "of"),
    [
        (NEW, REPOSITORY),
        ("flowiseai/flowise:3.1.4", "flowiseai/flowise"),
        ("localhost:5000/flowise", "localhost:5000/flowise"),
        (f"localhost:5000/flowise@sha256:{'ab' * 32}", "localhost:5000/flowise"),
    ],
)
def test_a_repository_has_neither_tag_nor_digest(image: str, of: str) -> None:
    assert repository(image) == of


@pytest.mark.parametrize(
    ("line", "taken"),
    [
        (f"    image: {REPOSITORY}:3.1.3@sha256:{'0' * 64}", True),
        (f'    image: "{REPOSITORY}@sha256:{"0" * 64}" # the last', True),
        (f"  flowise:image: {REPOSITORY}:3.1.3", True),
        ("    image: flowiseai/flowise:3.1.4", False),
        (f"    image: {REPOSITORY}-fork:3.1.4", False),
        (f"    green_image: {REPOSITORY}:3.1.3", False),
        (f"  # image: {REPOSITORY}:3.1.3", False),
    ],
)
def test_an_older_one_of_the_same_repository_makes_way(line: str, taken: bool) -> None:
    assert (NEW in replaced(f"a: 1\n{line}\nb: 2\n", "flowise:service.image", NEW)) is taken


def test_of_two_releases_the_one_that_waits_takes_it_and_is_served_from_then_on(tmp_path: Path) -> None:
    for path in (ROOT / "examples" / "ranking").glob("Pulumi.*.yaml"):
        shutil.copy(path, tmp_path)
    of = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/ranking"
    first, second = (f"{of}:1.1.{number}@sha256:{'ab' * 32}" for number in (0, 1))

    def taken(image: str) -> dict[str, str]:
        assert main(tmp_path, "ranking:service.blue_green", image) == 0
        config = yaml.safe_load((tmp_path / "Pulumi.prod.yaml").read_text())["config"]
        served: dict[str, str] = config["ranking:service"]["blue_green"]
        return served

    before = yaml.safe_load((tmp_path / "Pulumi.prod.yaml").read_text())["config"]["ranking:service"]["blue_green"]
    assert taken(first) == {**before, "active": "green", "green_image": first}
    # the way back is the one that was served before, as it was
    assert taken(second) == {"active": "blue", "blue_image": second, "green_image": first}
    # Flowise's pipeline asks so whether there are two or one
    assert "run: .ci/image propose image flowise:service.blue_green" in IMAGE_WORKFLOW.read_text()
    # where there is one alone, it
    assert first in replaced(f"  ranking:service:\n    image: {of}:1.0.0\n", "ranking:service.blue_green", first)
    elsewhere = "ranking/other:1.0.0"
    assert taken(elsewhere) == {"active": "blue", "blue_image": second, "green_image": first}


def test_staging_and_production_take_it_and_all_else_stays(tmp_path: Path) -> None:
    for path in ROOT.glob("Pulumi.*.yaml"):
        shutil.copy(path, tmp_path)
    before = {path.name: path.read_text().splitlines() for path in tmp_path.iterdir()}
    # as a runner has it, on which nothing was installed
    command = [sys.executable, "-I", str(ROOT / "tools" / "new_image.py"), "flowise:service.image", NEW]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["Pulumi.prod.yaml", "Pulumi.staging.yaml"]
    for name, lines in before.items():
        changed = [
            (old, new) for old, new in zip(lines, (tmp_path / name).read_text().splitlines(), strict=True) if old != new
        ]
        assert len(changed) == (0 if name == "Pulumi.dev.yaml" else 1)
    config = yaml.safe_load((tmp_path / "Pulumi.prod.yaml").read_text())["config"]
    assert config["flowise:service"]["image"] == NEW
