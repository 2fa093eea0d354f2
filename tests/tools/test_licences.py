"""Licences: what is locked is judged, whatever it is not known of is told, and a reason outlives no need."""

import json
from pathlib import Path

import pytest

from tools import licences
from tools.licence_texts import in_text, of_npm
from tools.licences import (
    EXCEPTIONS,
    IMAGE,
    IMAGE_RECORD,
    RECORD,
    Excepted,
    Package,
    allowed,
    faults,
    go_modules,
    locked,
    unnamed_in_image,
)


def test_nothing_that_is_locked_asks_for_more_than_is_given() -> None:
    assert faults(locked()) == []


def test_every_lock_is_read() -> None:
    kinds = [each.kind for each in locked()]
    assert {
        kind: kinds.count(kind) >= least for kind, least in (("python", 90), ("npm", 3), ("image", 2500), ("go", 500))
    } == {
        "python": True,
        "npm": True,
        "image": True,
        "go": True,
    }


def test_the_record_of_go_is_current() -> None:
    pins = {f"{path}@{version}" for modules in go_modules().values() for path, version in modules.items()}
    assert set(json.loads(RECORD.read_text())) == pins, "run python -m tools.licences --write"


def test_the_record_of_the_image_is_current() -> None:
    assert set(json.loads(IMAGE_RECORD.read_text())) == set(unnamed_in_image()), "run python -m tools.licences --write"


def test_the_image_names_what_it_gives_under_the_lgpl() -> None:
    notice = (IMAGE / "NOTICE").read_text()
    weak = [name for each in EXCEPTIONS if each.licence.startswith("LGPL") for name in each.names]
    given = [name for name in weak if name.startswith("image ")]
    assert len(given) == 5
    assert [name for name in given if name.removeprefix("image ") not in notice] == []


@pytest.mark.parametrize(
    ("files", "licence"),
    [
        ({"LICENSE": "Permission is hereby granted, free of charge", "README.md": "GNU GENERAL PUBLIC LICENSE"}, "MIT"),
        ({"package.json": '{"licenses": [{"type": "BSD-2-Clause"}]}'}, "BSD-2-Clause"),
        ({"Readme.md": "Permission is hereby granted, free of charge"}, "MIT"),
        ({"index.js": "// Permission is hereby granted, free of charge"}, "unknown"),
    ],
    ids=["its file", "its manifest", "its readme", "nothing"],
)
def test_a_package_that_names_no_licence_is_read(tmp_path: Path, files: dict[str, str], licence: str) -> None:
    for name, text in ({"package.json": "{}"} | files).items():
        (tmp_path / name).write_text(text)
    assert of_npm(tmp_path) == licence


def test_what_is_copyleft_unknown_or_excepted_without_need_is_told() -> None:
    exceptions = [Excepted("GPL-3.0-only", "a reason", ("npm used", "npm gone"))]
    packages = [
        Package("npm", "sound", "MIT"),
        Package("npm", "used", "GPL-3.0-only"),
        Package("npm", "linked", "AGPL-3.0"),
        Package("npm", "untold", "unknown"),
    ]
    assert faults(packages, exceptions) == [
        "npm linked: AGPL-3.0: replace it, or give a reason in EXCEPTIONS",
        "npm untold: unknown: replace it, or give a reason in EXCEPTIONS",
        "npm gone: GPL-3.0-only: take it out of EXCEPTIONS, nobody needs it",
    ]


def test_a_reason_holds_for_one_licence_alone() -> None:
    told = faults([Package("npm", "used", "AGPL-3.0")], [Excepted("MPL-2.0", "a reason", ("npm used",))])
    assert [line.partition(":")[2].split(":")[0].strip() for line in told] == ["AGPL-3.0", "MPL-2.0"]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("MIT", True),
        ("MIT AND PSF-2.0", True),
        ("GPL-3.0-only OR MIT", True),
        ("(MIT AND GPL-3.0-only) OR BUSL-1.1", False),
        ("Apache-2.0 AND AGPL-3.0", False),
        ("unknown", False),
    ],
)
def test_an_expression_is_read_as_spdx_means_it(expression: str, expected: bool) -> None:
    assert allowed(expression) is expected


@pytest.mark.parametrize(
    ("text", "licence"),
    [
        ("   GNU AFFERO GENERAL PUBLIC\n   LICENSE\n Version 3", "AGPL-3.0"),
        ("GNU GENERAL PUBLIC LICENSE", "GPL"),
        ("Apache License\n  Version 2.0, January 2004", "Apache-2.0"),
        ("Mozilla Public License, version 2.0", "MPL-2.0"),
        ("// Permission is hereby granted, free of\n// charge, to any person", "MIT"),
        ("Redistribution and use in source and binary forms ... Neither the name of", "BSD-3-Clause"),
        ("Redistribution and use in source and binary forms", "BSD-2-Clause"),
        ("All rights reserved.", "unknown"),
    ],
)
def test_a_licence_is_known_by_its_sentence(text: str, licence: str) -> None:
    assert in_text(text) == licence


def test_a_module_counts_as_what_replaces_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tools" / "one").mkdir(parents=True)
    (tmp_path / "tools" / "one" / "go.mod").write_text(
        "module a.b/c\n\ngo 1.26\n\nrequire x.org/alone v1.0.0\n\n"
        "require (\n\tx.org/old v1.2.3\n\tx.org/kept v0.1.0 // indirect\n)\n\nreplace x.org/old => x.org/new v2.0.0\n"
    )
    monkeypatch.setattr(licences, "REPOSITORY", tmp_path)

    assert list(go_modules().values()) == [{"x.org/alone": "v1.0.0", "x.org/new": "v2.0.0", "x.org/kept": "v0.1.0"}]
