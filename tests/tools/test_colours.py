"""Which release is served while the one that a commit sends everybody to gets ready."""

from pathlib import Path

import pytest
import yaml

from tools.colours import main

TWO = (
    "config:\n  ranking:service:\n    blue_green: {active: green, blue_image: a:1.0.0, green_image: a:1.1.0} # a line\n"
)


@pytest.mark.parametrize(
    ("text", "served", "active"),
    [
        (TWO, "blue", "blue"),
        (TWO, "green", ""),
        (TWO, "", ""),
        ("config:\n  ranking:service:\n    image: a:1.0.0\n", "blue", ""),
        ("config: {}\n", "blue", ""),
    ],
)
def test_a_file_is_written_where_another_is_to_be_served_and_nothing_else_of_it(
    text: str, served: str, active: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: ranking\n")
    file = tmp_path / "Pulumi.prod.yaml"
    file.write_text(text)
    assert main(["--stack", "prod", "--cwd", str(tmp_path), "--served", served]) == 0
    assert capsys.readouterr().out == (f"{file}\n" if active else "")
    assert file.read_text() == (text.replace("active: green", f"active: {active}") if active else text)
    if active:
        assert yaml.safe_load(file.read_text())["config"]["ranking:service"]["blue_green"]["green_image"] == "a:1.1.0"
