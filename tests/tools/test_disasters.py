"""Disasters of any system of this repository; tests/engine tries the first one's."""

from pathlib import Path

import pytest

from tools.disasters import DISASTERS, System

EXAMPLES = Path(__file__).parents[2] / "examples"
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


def test_a_system_goes_on_where_its_backups_are_copied_to() -> None:
    aps = SYSTEMS[0]
    started = aps.sets(DISASTERS["region-lost"].start)
    assert (started["aws:region"], started["backup.copy_region"]) == ("us-east-1", "sa-east-1")
    assert started["network.zones"] == ["us-east-1a", "us-east-1b", "us-east-1c"]
    assert "arn:aws:rds:us-east-1:" in started["database.restore"]["automated_backup_arn"]
