"""What a preview says and what `up` does are told apart, and each change is one of a setting that there is."""

import json
import shutil
from typing import Any

import pytest
import yaml

from components.config.judged import Judged
from stack import StackSettings
from tools.disasters import ROOT, Program
from tools.everyday_changes import CHANGES, differences


def test_what_differs_is_told_by_resource() -> None:
    preview = {"urn::a$aws:sqs/queue:Queue::jobs": ["replace"], "urn::b": ["create"], "urn::c": ["update"]}
    up = {"urn::b": ["create"], "urn::c": ["update"], "urn::a$aws:sqs/queue:Queue::dead": ["delete"]}
    assert differences(preview, preview) == []
    assert differences(preview, up) == [
        "aws:sqs/queue:Queue::dead: the preview says same, `up` does delete",
        "aws:sqs/queue:Queue::jobs: the preview says replace, `up` does same",
    ]


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_sound_and_changes_something(name: str, tmp_path: Any) -> None:
    file = tmp_path / "Pulumi.dev.yaml"
    before = (ROOT / "Pulumi.dev.yaml").read_text(encoding="utf-8")
    file.write_text(before, encoding="utf-8")
    shutil.copy(ROOT / "Pulumi.yaml", tmp_path)
    Program(tmp_path, "dev").settings(CHANGES[name])
    config = yaml.safe_load(file.read_text(encoding="utf-8"))["config"]
    assert config != yaml.safe_load(before)["config"]
    texts = {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in config.items()
        if key.startswith("flowise:")
    }
    assert [str(each) for each in Judged(StackSettings, "flowise", texts, config["aws:region"]).faults] == []
