"""Disasters of any system of this repository; tests/engine tries the first one's."""

import re
from pathlib import Path

import pytest
import yaml

from tools.disasters import DISASTERS, System, page
from tools.stack_file import read_stack

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
SYSTEMS = [System.of(EXAMPLES / name, "prod") for name in ("aps", "tiktrend")]


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda each: each.project)
@pytest.mark.parametrize("name", DISASTERS)
def test_steps_name_the_system_and_its_regions(system: System, name: str) -> None:
    disaster = DISASTERS[name]
    for step in disaster.steps:
        assert "flowise" not in system.says(step.text + step.by_hand).lower()
        assert "flowise" not in str(system.sets(step.settings))
    # what only the first system has is no key of another's
    assert "service.keys_secret_name" not in system.sets(disaster.start)


def test_what_the_page_says_of_a_new_stacks_file_can_be_pasted_into_it(tmp_path: Path) -> None:
    lost = yaml.safe_load((ROOT / "Pulumi.prod.yaml").read_text())
    blocks = re.findall(r"```yaml\n(.*?)```", page(), re.DOTALL)
    assert len(blocks) == sum(bool(each.start) for each in DISASTERS.values()) > 0
    for block in blocks:
        config = dict(lost["config"])
        for key, value in yaml.safe_load(block)["config"].items():
            config[key] = {**config[key], **value} if isinstance(value, dict) else value
        (tmp_path / "Pulumi.yaml").write_text((ROOT / "Pulumi.yaml").read_text())
        (tmp_path / "Pulumi.rescue.yaml").write_text(yaml.safe_dump({**lost, "config": config}))
        assert read_stack(tmp_path, "rescue").faults == ()


def test_a_system_goes_on_where_its_backups_are_copied_to() -> None:
    aps = SYSTEMS[0]
    started = aps.sets(DISASTERS["region-lost"].start)
    assert (started["aws:region"], started["backup.copy_region"]) == ("us-east-1", "sa-east-1")
    assert started["network.zones"] == ["us-east-1a", "us-east-1b", "us-east-1c"]
    assert "arn:aws:rds:us-east-1:" in started["database.restore"]["automated_backup_arn"]
