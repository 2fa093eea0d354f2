"""What a support bundle holds, and what it never holds."""

import json
import shutil
import tarfile
from pathlib import Path

import pytest

from tools import support_bundle
from tools.support_bundle import commands, main, printed

ROOT = Path(__file__).parents[2]
CANARY = "Kx9fQ2mZr7TbW4vLp1Yc8NdJ"
MARK = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": CANARY}
STATE = {
    "deployment": {
        "resources": [
            {"urn": "urn:pulumi:prod::p::t::login", "outputs": {"secretString": MARK, "password": CANARY, "port": 5432}}
        ]
    }
}
SAID = f"Error: login of ada.lovelace@example.com at postgres://flowise:{CANARY}@db.internal failed; token={CANARY}\n"


def house(folder: Path) -> Path:
    for file in ("Pulumi.yaml", "Pulumi.prod.yaml"):
        shutil.copy(ROOT / file, folder)
    return folder


def said(command: tuple[str, ...]) -> str:
    return json.dumps(STATE) if "export" in command else SAID


def read(archive: Path) -> dict[str, str]:
    with tarfile.open(archive) as tar:
        return {
            entry.name.partition("/")[2]: content.read().decode()
            for entry in tar
            if (content := tar.extractfile(entry)) is not None
        }


def test_no_secret_and_nobodys_address_is_in_it(tmp_path: Path) -> None:
    archive = tmp_path / "a.tar.gz"
    assert main(house(tmp_path), ["--stack", "prod", "--logs", "--out", str(archive)], output=said) == 0
    files = read(archive)
    assert set(files) == {"settings.yaml", *commands("flowise", "prod", logs=True)}
    assert not [name for name, text in files.items() if CANARY in text or "@example.com" in text]
    (kept,) = json.loads(files["state/resources.json"])["deployment"]["resources"]
    assert kept["outputs"] == {"secretString": "(secret)", "password": "(secret)", "port": 5432}
    assert files["cluster/logs.txt"].startswith("Error: login of (e-mail) at postgres://")
    assert "db.internal failed" in files["cluster/logs.txt"]


def test_what_pods_print_is_left_out_unless_asked_for(tmp_path: Path) -> None:
    main(house(tmp_path), ["--stack", "prod", "--out", str(tmp_path / "a.tar.gz")], output=said)
    assert "cluster/logs.txt" not in read(tmp_path / "a.tar.gz")


def test_it_is_readable_by_its_owner_alone_and_never_written_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = tmp_path / "a.tar.gz"
    assert main(house(tmp_path), ["--stack", "prod", "--out", str(archive)], output=said) == 0
    assert archive.stat().st_mode & 0o777 == 0o600
    with tarfile.open(archive) as tar:
        assert {entry.mode for entry in tar} == {0o600}
    assert main(tmp_path, ["--stack", "prod", "--out", str(archive)], output=said) == 2
    assert "File exists; name another file" in capsys.readouterr().err


def test_nothing_that_it_asks_changes_anything_or_names_a_secrets_value() -> None:
    for command in commands("flowise", "prod", logs=True).values():
        words = " ".join(command)
        assert not [each for each in ("--show-secrets", "apply", "delete", "patch", "--output yaml") if each in words]


def test_what_cannot_be_had_stands_there_as_the_reason() -> None:
    assert printed(("no-such-program",)).startswith("could not be had: ")
    assert "exit" not in printed(("sh", "-c", "echo why >&2; exit 3"))
    assert printed(("sh", "-c", "echo why >&2; exit 3")) == "why\n"
    assert printed(("sh", "-c", "echo '{}'; echo a warning >&2")) == "{}\n"


def test_a_stack_without_a_file_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(house(tmp_path), ["--stack", "nothing"], output=said) == 2
    assert "Pulumi.nothing.yaml does not exist" in capsys.readouterr().err
    assert main(tmp_path, ["--stack", "prod", "--cwd", str(tmp_path / "nowhere")], output=said) == 2


def test_what_is_asked_can_be_asked(tmp_path: Path) -> None:
    for name, command in commands("flowise", "prod", logs=False).items():
        if name.startswith("said/"):
            assert support_bundle.printed((*command[:3], "--help")).startswith("usage: "), name
