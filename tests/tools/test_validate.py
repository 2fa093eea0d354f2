"""Stacks' files judged before anything runs, each fault at its line."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tools import stack_file, validate

ROOT = Path(__file__).parents[2]
DEV = (ROOT / "Pulumi.dev.yaml").read_text()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.yaml").write_text((ROOT / "Pulumi.yaml").read_text())
    return tmp_path


def judged(folder: Path, text: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    (folder / "Pulumi.trial.yaml").write_text(text)
    status = validate.main(folder, ["--stack", "trial"])
    said = capsys.readouterr()
    return status, (said.out + said.err).strip()


def line_of(text: str, wanted: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if wanted in line)


# of the examples the clouds' alone: their applications hand on what is known only once it stands
@pytest.mark.parametrize(
    ("cwd", "sdk"), [(".", "pulumi"), *((f"examples/{name}", "pulumi_") for name in ("aps", "ranking", "tiktrend"))]
)
def test_committed_files_are_judged_without_a_component_or_an_sdk(cwd: str, sdk: str) -> None:
    program = (
        "import sys\nfrom pathlib import Path\nfrom tools import validate\n"
        f"status = validate.main(Path({cwd!r}), [])\n"
        f"ill = [each for each in sys.modules if each.startswith({sdk!r}) or each.endswith('.component')]\n"
        "sys.exit(str(ill[:9]) if ill else status)\n"
    )
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.splitlines()[0] == "Pulumi.dev.yaml: sound"


def test_what_somebody_answers_for_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert validate.main(ROOT, ["--stack", "prod"]) == 0
    assert "until 2027-02-28" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("class: db.t4g.small", "class: 7", "flowise:database.instance_class: must be text, got 7"),
        (
            "t4g.medium, t4g.large",
            "t3.large",
            "flowise:cluster.system_nodes.instance_types[0]: must be an instance type",
        ),
        ('"1.35"', "1.35", 'put it in quotes, as in "1.35"'),
        ("flowise:cache:", "flowise:cahce:", "flowise:cahce: is not a known key"),
        ("aws:region: eu-west-1", "aws:region: eu-west-99", "aws:region: must be"),
        ('protect_data: "false"', "protect_data: no", 'flowise:protect_data: must be true or false, got "no"'),
        ('protect_data: "false"', "protect_data: {secure: AAA}", "flowise:protect_data: must not be encrypted"),
    ],
)
def test_a_fault_is_told_at_its_line(
    folder: Path, old: str, new: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = DEV.replace(old, new, 1)
    status, said = judged(folder, text, capsys)
    assert status == 1
    assert told in said
    assert f"Pulumi.trial.yaml:{line_of(text, new)}: " in said


def test_what_is_missing_is_told_at_the_section_that_lacks_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = DEV.replace("    cidr: 10.20.0.0/16\n", "")
    status, said = judged(folder, text, capsys)
    assert status == 1
    assert said.startswith(f"Pulumi.trial.yaml:{line_of(text, 'flowise:network:')}: flowise:network.cidr: is required")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"{DEV}  flowise:protect_data: true\n", "flowise:protect_data stands in line 9, too: keep one"),
        (
            "config:\n  a: b: c\n",
            "Pulumi.trial.yaml:2: this is no YAML: mapping values are not allowed here: put a value with a colon",
        ),
        (
            "config:\n  a\n  b: 2\n",
            ":3: this is no YAML: mapping values are not allowed here: put a value with a colon in quotes",
        ),
        (
            "config:\n    a: 1\n  b: 2\n",
            ":3: this is no YAML: expected <block end>, but found '<block mapping start>': begin each key",
        ),
        ("config:\n\ta: 1\n", ": indent with spaces, no tabs"),
        ("config:\n  a: [1, 2\n  b: 3\n", ": end the list with its bracket"),
        ("config:\n  a: 'b\n", ": end the text with the quote"),
        ("config:\n  a: 1\n  b\n", ": write a colon and a space after the key"),
        ("- a\n", "Pulumi.trial.yaml:1: must be an object of keys"),
        ("config: 3\n", "Pulumi.trial.yaml:1: config must be an object of keys: indent them below it"),
    ],
)
def test_what_is_no_stack_file_is_told_in_a_line(
    folder: Path, text: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, said = judged(folder, text, capsys)
    assert status == 2
    assert told in said
    assert len(said.splitlines()) == 1


def test_a_stack_without_a_file_is_said_to_have_none(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert validate.main(folder, ["--stack", "nowhere"]) == 2
    assert "Pulumi.nowhere.yaml does not exist: no stack has one here" in capsys.readouterr().err
    for stack in ("dev", "prod"):
        (folder / f"Pulumi.{stack}.yaml").write_text(DEV)
    assert validate.main(folder, ["--stack", "prd"]) == 2
    assert "Pulumi.prd.yaml does not exist: did you mean prod?" in capsys.readouterr().err
    assert validate.main(folder, ["--stack", "live"]) == 2
    assert "Pulumi.live.yaml does not exist: there are dev, prod" in capsys.readouterr().err


def test_a_key_without_a_namespace_is_the_projects(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = DEV.replace("flowise:network:", "network:").replace("flowise:environment: dev", "environment: dev")
    assert judged(folder, text, capsys) == (0, "Pulumi.trial.yaml: sound")
    broken = text.replace("nat: single", "nat: singel")
    status, said = judged(folder, broken, capsys)
    assert status == 1
    assert said.startswith(f"Pulumi.trial.yaml:{line_of(broken, 'nat: singel')}: flowise:network.nat: must be")


# What yaml.v3 makes of a scalar that is decoded into no type (its resolve.go): dates, yes and no stay texts.
@pytest.mark.parametrize(
    ("written", "read"),
    [("2027-02-28", "2027-02-28"), ("no", "no"), ("on", "on"), ("true", True), ("1.30", 1.3), ("'1.30'", "1.30")],
)
def test_scalars_are_what_the_engine_reads(written: str, read: object) -> None:
    assert yaml.load(f"a: {written}", stack_file._Loader) == {"a": read}
