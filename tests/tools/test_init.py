"""A stack's file written from answers."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tools.doctor import PLACEHOLDERS
from tools.init import QUESTIONS, main
from tools.stack_file import read_stack

ROOT = Path(__file__).parents[2]
IMAGE = f"444455556666.dkr.ecr.us-west-2.amazonaws.com/flowise:3.1.4@sha256:{'ab' * 32}"
ANSWERS = {
    "account": "444455556666",
    "region": "us-west-2",
    "copy_region": "us-east-2",
    "deploy_role": "Deployer",
    "domain": "flows.acme.com",
    "hosted_zone": "Z0A1B2C3D4E5F6",
    "mailbox": "ops@acme.com",
    "databricks": "dbc-1a2b3c4d-5e6f.cloud.databricks.com",
    "cost_center": "4711",
    "owner": "flows-team",
    "image": IMAGE,
}
NOT_ASKED = {
    "dev": {"copy_region", "domain", "hosted_zone", "mailbox", "databricks", "image"},
    "staging": {"copy_region"},
    "prod": set(),
}


@pytest.fixture
def house(tmp_path: Path) -> Path:
    for file in ("Pulumi.yaml", "Pulumi.dev.yaml", "Pulumi.staging.yaml", "Pulumi.prod.yaml"):
        shutil.copy(ROOT / file, tmp_path)
    shutil.copytree(ROOT / "policies", tmp_path / "policies", ignore=shutil.ignore_patterns("src", "*.egg-info"))
    return tmp_path


def answers(folder: Path, like: str, **changed: str) -> str:
    file = folder / "answers.yaml"
    wanted = {name: answer for name, answer in (ANSWERS | changed).items() if name not in NOT_ASKED[like]}
    file.write_text(yaml.safe_dump(wanted))
    return str(file)


@pytest.mark.parametrize("like", NOT_ASKED)
def test_a_stack_of_an_account_is_written_and_sound(house: Path, like: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(house, ["--stack", "eu", "--like", like, "--answers", answers(house, like)]) == 0
    assert "Pulumi.eu.yaml written" in capsys.readouterr().out
    file = read_stack(house, "eu")
    assert file.faults == ()
    lines = [line.partition(" #")[0] for line in file.text.splitlines() if not line.lstrip().startswith("#")]
    assert [text for text in PLACEHOLDERS if any(text in line for line in lines)] == []
    config = yaml.safe_load(file.text)["config"]
    assert config["flowise:tags"] == {"CostCenter": "4711", "Owner": "flows-team"}
    assert config["flowise:network"]["zones"][0] == "us-west-2a"
    assert config["flowise:cluster"]["admin_principal_arns"] == ["arn:aws:iam::444455556666:role/Deployer"]
    if like == "prod":
        assert config["flowise:service"]["image"] == IMAGE
        assert config["flowise:backup"]["copy_region"] == "us-east-2"
        assert config["flowise:open_to_all"]["owner"] == "flows-team"
    assert (house / "policies" / "levels.eu.json").read_text() == (
        house / "policies" / f"levels.{like}.json"
    ).read_text()


def test_an_answer_from_another_region_keeps_its_own(house: Path) -> None:
    theirs = IMAGE.replace("us-west-2", "eu-west-1")
    assert main(house, ["--stack", "eu", "--like", "prod", "--answers", answers(house, "prod", image=theirs)]) in (0, 1)
    assert yaml.safe_load((house / "Pulumi.eu.yaml").read_text())["config"]["flowise:service"]["image"] == theirs


def test_an_answer_may_be_what_stands_for_another(house: Path) -> None:
    swapped = answers(house, "prod", region="eu-central-1", copy_region="eu-west-1", cost_center="platform-engineering")
    assert main(house, ["--stack", "eu", "--like", "prod", "--answers", swapped]) == 0
    config = yaml.safe_load((house / "Pulumi.eu.yaml").read_text())["config"]
    assert (config["aws:region"], config["flowise:backup"]["copy_region"]) == ("eu-central-1", "eu-west-1")
    assert config["flowise:network"]["zones"][0] == "eu-central-1a"
    assert config["flowise:tags"] == {"CostCenter": "platform-engineering", "Owner": "flows-team"}


def test_the_page_of_a_first_deployment_lists_what_to_replace() -> None:
    page = (ROOT / "docs" / "operations" / "first-deployment.md").read_text()
    rows = [
        [cell.strip(" `") for cell in line.strip("|").split("|")]
        for line in page.partition("| stands there | ")[2].partition("\n\n")[0].splitlines()[2:]
    ]
    assert [row[2] for row in rows] == [each.name for each in QUESTIONS]
    text = read_stack(ROOT, "prod").text
    assert [
        row[0] for row, each in zip(rows, QUESTIONS, strict=True) if row[0] not in (each.found_in(text) or "")
    ] == []
    # the doctor tells of these by what they are; of the others no file can tell whether they are somebody's own
    told = {row[0] for row in rows if row[3] == "names its lines"}
    assert all(any(text in each for each in told) for text in PLACEHOLDERS)
    assert all(any(text in each for text in PLACEHOLDERS) for each in told)


def test_comments_and_all_else_stay(house: Path) -> None:
    main(house, ["--stack", "eu", "--answers", answers(house, "dev")])
    before, after = ((house / f"Pulumi.{each}.yaml").read_text().splitlines() for each in ("dev", "eu"))
    changed = [old for old, new in zip(before, after, strict=True) if old != new]
    assert len(changed) == 5
    assert not [line for line in changed if line.lstrip().startswith("#")]


def test_it_asks_for_what_stands_in_place_of_an_accounts_own_until_it_is_answered(house: Path) -> None:
    said: Iterator[str] = iter(["12", "444455556666", "us-west-2", "Deployer", "4711", "flows-team"])
    asked: list[str] = []

    def ask(words: str) -> str:
        asked.append(words)
        return next(said)

    assert main(house, ["--stack", "eu"], ask=ask) == 0
    assert asked[1].startswith('account: must look like 444455556666, got "12"')
    assert len(asked) == 6


@pytest.mark.parametrize(
    ("arguments", "changed", "says"),
    [
        (["--stack", "dev"], {}, "Pulumi.dev.yaml is there already"),
        (["--stack", "a b"], {}, "--stack: must be a name of letters"),
        (["--stack", "eu", "--like", "nothing"], {}, "Pulumi.nothing.yaml does not exist"),
        (["--stack", "eu"], {"account": "12"}, 'account: must look like 444455556666, got "12"'),
        (["--stack", "eu"], {"acount": "12"}, "no such answer: acount; asked for are account, region"),
    ],
)
def test_what_cannot_be_written_is_told(
    house: Path, arguments: list[str], changed: dict[str, str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path.name for path in house.iterdir()} | {"answers.yaml"}
    assert main(house, [*arguments, "--answers", answers(house, "dev", **changed)]) == 2
    assert says in capsys.readouterr().err
    assert {path.name for path in house.iterdir()} == before


@pytest.mark.parametrize("stops", [EOFError, KeyboardInterrupt])
def test_who_stops_half_way_has_written_nothing(
    house: Path, stops: type[BaseException], capsys: pytest.CaptureFixture[str]
) -> None:
    def ask(words: str) -> str:
        raise stops

    assert main(house, ["--stack", "eu"], ask=ask) == 2
    assert "nothing was written" in capsys.readouterr().err
    assert not (house / "Pulumi.eu.yaml").exists()


def test_without_a_terminal_what_is_missing_is_named(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(house, ["--stack", "eu"]) == 2
    assert "not answered: account, cost_center, deploy_role, owner, region" in capsys.readouterr().err
    (house / "answers.yaml").write_text("- a\n")
    assert main(house, ["--stack", "eu", "--answers", str(house / "answers.yaml")]) == 2
    assert "must be an object" in capsys.readouterr().err


def test_a_fault_of_what_was_written_is_told_with_its_line(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--stack", "eu", "--like", "prod", "--answers", answers(house, "prod", copy_region="us-west-2")]
    assert main(house, arguments) == 1
    assert "flowise:backup.copy_region" in capsys.readouterr().out


def test_what_is_asked_for_is_listed(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(house, ["--list", "--like", "prod"]) == 0
    assert [line.partition(":")[0] for line in capsys.readouterr().out.splitlines()] == [
        each.name for each in QUESTIONS
    ]
