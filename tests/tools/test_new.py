"""What `tools.new` begins with comes up, and bears no trace of what it was made of."""

import json
import sys
from pathlib import Path

import pytest

from testing.program import run
from tools.new import TEMPLATE, main


def test_a_new_system_can_be_built_and_bears_its_own_name_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["kiosk", "--region", "eu-central-1"], into=tmp_path / "examples") == 0
    folder = tmp_path / "examples" / "kiosk"
    monkeypatch.syspath_prepend(tmp_path)
    built = run("dev", folder=folder)
    for module in [name for name in sys.modules if name.startswith("examples.kiosk")]:
        del sys.modules[module]
    assert len(built.cloud.created) > 350
    told = json.dumps([[each.type, each.name, each.inputs] for each in built.cloud.created], default=str).lower()
    assert not {word for word in ("aps", "sistema", "esus", "flowise", "sa-east-1") if f'"{word}' in told}
    assert "kiosk" in told
    for file in [path for path in folder.iterdir() if path.is_file()]:
        assert "sistema" not in file.read_text().lower(), file.name


@pytest.mark.parametrize("name", ["Shop", "my-shop", "1st", "x", "a" * 17, "../shop"])
def test_a_name_that_would_not_do_everywhere_is_refused(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name], into=tmp_path)
    assert ended.value.code == 2
    assert f"got {name!r}" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_already_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    before = (TEMPLATE / "stack.py").read_text()
    with pytest.raises(SystemExit):
        main(["aps"])
    assert "aps is there already" in capsys.readouterr().err
    assert (TEMPLATE / "stack.py").read_text() == before
