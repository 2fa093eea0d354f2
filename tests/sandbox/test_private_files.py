"""What holds keys is its owner's alone."""

import os
import stat
from pathlib import Path

from sandbox import private_files


def test_a_file_is_its_owners_alone_whatever_it_was_and_whatever_others_allow(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("old", encoding="utf-8")
    file.chmod(0o644)
    before = os.umask(0)
    try:
        private_files.write(file, "schlüssel")
        private_files.write(tmp_path / "bytes", b"\x00")
    finally:
        os.umask(before)
    assert {each.name: (stat.S_IMODE(each.stat().st_mode), each.read_bytes()) for each in tmp_path.iterdir()} == {
        "key": (0o600, "schlüssel".encode()),
        "bytes": (0o600, b"\x00"),
    }


def test_who_reads_on_has_the_whole_of_what_was_before(tmp_path: Path) -> None:
    file = tmp_path / "key"
    private_files.write(file, "old")
    with file.open(encoding="utf-8") as reader:
        private_files.write(file, "new")
        assert reader.read() == "old"
