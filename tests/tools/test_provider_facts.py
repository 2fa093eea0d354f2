"""What the recorder finds out about a provider by asking it: here a small one, whose rules the test knows."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sandbox.aws_provider import msgpack
from sandbox.aws_provider.blocks import Attribute, Block, Nested
from sandbox.aws_provider.msgpack import UNKNOWN
from sandbox.aws_provider.terraform import Fault, Planned, Plugin, PluginError, version_of
from sandbox.provider_facts import reader
from tools.provider_facts import enums, probe, store
from tools.provider_facts.probe import Prober
from tools.provider_facts.solver import Solver
from tools.provider_facts.waits import waits


def attribute(kind: Any = "string", flags: str = "o") -> Attribute:
    return Attribute(kind, "r" in flags, "o" in flags, "c" in flags, "s" in flags)


RULE = Block({"port": attribute("number", "r"), "note": attribute()})
BLOCK = Block(
    {
        "id": attribute(flags="oc"),
        "name": attribute(flags="r"),
        "size": attribute("number"),
        "class": attribute(),
        "policy": attribute(),
        "zone": attribute(flags="oc"),
        "this": attribute(),
        "that": attribute(),
        "enabled": attribute("bool"),
        "window": attribute("number"),
        "repository": attribute(),
        "tag": attribute(),
        "opens": attribute(flags="c"),
        "key": attribute(),
        "days": attribute("number"),
        "minutes": attribute("number"),
        "label": attribute(),
        "homes": attribute(["set", "string"]),
    },
    {"rule": Nested("set", 0, 2, RULE)},
)


class Small:
    """A provider of one type: names and ports are for good, classes are listed, policies are JSON."""

    def judge(self, kind: str, config: Any) -> tuple[Fault, ...]:
        faults = []
        if not config["name"]:
            faults.append(Fault("Missing required argument", 'The argument "name" is required', ("name",)))
        if config["size"] is not None and not 5 <= config["size"] <= 40:
            said = f"expected size to be in the range (5 - 40), got {config['size']}"
            faults.append(Fault(said, "", ("size",)))
        if config["class"] not in (None, "gold", "silver"):
            said = f'expected class to be one of ["gold" "silver"], got {config["class"]}'
            faults.append(Fault(said, "", ("class",)))
        if config["name"] and not config["name"].replace("-", "").isalnum():
            faults.append(Fault(f'only letters, digits and hyphens in "name": "{config["name"]}"', "", ("name",)))
        if config["this"] and config["that"]:
            faults.append(Fault("Conflicting configuration arguments", '"this": conflicts with that', ("this",)))
        return (*faults, *_texts(config), *_counts(config))

    def plan(self, kind: str, prior: Any, proposed: Any, config: Any, private: bytes = b"") -> Planned:
        planned = {**proposed, "size": 7 if config["size"] is None else config["size"]}
        planned["id"] = (prior or {}).get("id") or UNKNOWN
        planned["zone"] = planned["zone"] or UNKNOWN
        planned["opens"] = (prior or {}).get("opens") or UNKNOWN
        if prior is not None and not prior["opens"].startswith("sun:"):
            said = 'does not satisfy the format of "ddd:hh24:mi-ddd:hh24:mi"'
            return Planned(planned, b"", (), (Fault("Invalid Window", said, ("opens",)),))
        if prior is not None:
            if _json(prior["policy"]) == _json(planned["policy"]) is not None:
                planned["policy"] = prior["policy"]
            if not planned["enabled"]:
                planned["window"] = prior["window"]
        # a provider may name what does not change
        replaces: list[tuple[str | int, ...]] = [("opens",)] if prior is not None else []
        if prior is not None and prior["name"] != planned["name"]:
            replaces.append(("name",))
        if prior is not None and _ports(prior) != _ports(planned):
            replaces.append(("rule",))
        return Planned(planned, b"", tuple(replaces), ())


def _texts(config: Any) -> list[Fault]:
    faults = []
    # two rules in the same words
    if config["repository"] is not None and not _has_a_letter(config["repository"]):
        faults.append(Fault("invalid value (see the guide)", "", ("repository",)))
    if config["tag"] is not None and (not _has_a_letter(config["tag"]) or "_" in config["tag"]):
        faults.append(Fault("invalid value (see the guide)", "", ("tag",)))
    if config["key"] is not None and not config["key"].startswith("arn:aws:") and config["key"] != "OWN":
        faults.append(Fault("value must be a valid ARN", "", ("key",)))
        faults.append(Fault(f'value must be one of: ["OWN"], got: "{config["key"]}"', "", ("key",)))
    return faults


def _counts(config: Any) -> list[Fault]:
    faults = []
    if config["days"] is not None and config["days"] != 0 and not 7 <= config["days"] <= 30:
        faults.append(Fault(f"expected days to be in the range (7 - 30), got {config['days']}", "", ("days",)))
        faults.append(Fault(f"expected days to be one of [0], got {config['days']}", "", ("days",)))
    if config["minutes"] is not None and config["minutes"] % 15:
        faults.append(Fault("expected minutes to be divisible by 15, got: 1", "", ("minutes",)))
    if config["minutes"] is not None and config["minutes"] > 2880:
        faults.append(Fault("expected minutes to be at most (2880), got 2000000001", "", ("minutes",)))
    if config["label"] is not None and len(config["label"]) > 64:
        faults.append(Fault("expected length of label to be in the range (1 - 64), got aaa", "", ("label",)))
    elif config["label"] is not None and not config["label"].isalpha():
        faults.append(Fault('expected value of label to match regular expression "^[a-z]+$"', "", ("label",)))
    if config["homes"] is not None and not 2 <= len(config["homes"]) <= 5:
        said = "set must contain at least 2 elements and at most 5 elements, got: 1"
        faults.append(Fault("Invalid Attribute Value", said, ("homes",)))
    return faults


def _has_a_letter(text: str) -> bool:
    return any("a" <= char <= "z" for char in text)


def _json(text: str | None) -> Any:
    try:
        return json.loads(text or "")
    except ValueError:
        return None


def _ports(state: Any) -> list[Any]:
    return sorted(rule["port"] for rule in state["rule"])


@pytest.fixture(scope="module")
def facts() -> Any:
    small: Any = Small()
    return Prober(small, "small_thing", BLOCK).facts()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("name", "RR??"),  # it is required: neither added nor left out
        ("size", "UUUU"),
        ("zone", "UUUN"),  # what the provider chose stays where it is left out
        ("enabled", "UUUU"),
        ("window", "UUNN"),  # it counts only where `enabled` is on
    ],
)
def test_what_a_change_comes_to_is_found_by_planning_it_alone(facts: Any, name: str, expected: str) -> None:
    assert facts["a"][name]["r"] == expected


def test_a_replacement_is_found_inside_a_block(facts: Any) -> None:
    rule = facts["b"]["rule"]
    assert (rule["k"], rule["most"], rule["r"]) == ("set", 2, "??RR")
    assert {name: told["r"] for name, told in rule["in"]["a"].items()} == {"port": "RR??", "note": "UUUU"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("size", {"range": [5, 40]}),
        ("class", {"in": ["gold", "silver"]}),
        ("policy", None),
        ("repository", {"some": "abcdefghijklmnopqrstuvwxyz"}),
        ("key", {"any": [{"form": "arn"}, {"in": ["OWN"]}]}),
        ("days", {"any": [{"in": [0]}, {"range": [7, 30]}]}),
        ("minutes", {"by": 15, "range": [None, 2880]}),
        ("label", {"re": "^[a-z]+$", "len": [1, 64]}),
        ("homes", {"least": 2, "most": 5}),
    ],
)
def test_which_values_are_taken_is_read_from_refusals_and_tried(facts: Any, name: str, expected: Any) -> None:
    assert facts["a"][name].get("v") == expected


def test_characters_that_no_refusal_lists_are_tried_one_by_one(facts: Any) -> None:
    start, within, end = facts["a"]["name"]["v"]["chars"]
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    assert set(start) == set(within) == set(end) == set(f"-0123456789{letters}")


def test_the_same_words_may_be_another_rule(facts: Any) -> None:
    assert ["_" in chars for chars in facts["a"]["tag"]["v"]["chars"]] == [False, False, False]


def test_after_so_many_questions_only_the_shape_is_told(monkeypatch: pytest.MonkeyPatch, facts: Any) -> None:
    monkeypatch.setattr(probe, "_MOST_QUESTIONS", 40)
    small: Any = Small()
    told = Prober(small, "small_thing", BLOCK).facts()
    assert told["a"]["zone"] == {"t": "string", "f": "oc"}
    assert told["b"]["rule"]["in"]["a"]["port"] == {"t": "number", "f": "r"}


def test_asking_again_gives_the_same_bytes(facts: Any) -> None:
    small: Any = Small()
    again = Prober(small, "small_thing", BLOCK).facts()
    assert json.dumps(again, sort_keys=True) == json.dumps(facts, sort_keys=True)


def test_defaults_spellings_and_what_excludes_itself_are_noted(facts: Any) -> None:
    assert facts["a"]["size"]["d"] == 7
    assert facts["a"]["policy"]["n"] == ["json"]
    assert facts["conflicts"] == [["that", "this"]]


def test_a_configuration_is_found_by_doing_what_refusals_ask_for() -> None:
    small: Any = Small()
    solver = Solver(small, "small_thing", BLOCK)
    config = solver.least()
    settled = solver.settle({**config, "this": "a", "that": "b", "size": 99}, ("that",))
    assert (settled["that"], settled["this"], 5 <= settled["size"] <= 40) == ("b", None, True)


@pytest.mark.parametrize(
    "value",
    [None, True, 0, -5, 2**40, 1.5, "", "ä" * 300, [1, [None]], {"a": {"b": []}}, UNKNOWN],
)
def test_what_is_packed_is_unpacked_again(value: Any) -> None:
    assert msgpack.unpack(msgpack.pack(value)) == value


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"\x93\x01\xff\xa1a", [1, -1, "a"]),
        (b"\x81\xa1k\xcd\x01\x00", {"k": 256}),
        (b"\xdc\x00\x01\xc0", [None]),
        (b"\xc7\x03\x0c\x81\x01\xc2", UNKNOWN),
    ],
)
def test_short_forms_that_a_provider_sends_are_read(data: bytes, value: Any) -> None:
    assert msgpack.unpack(data) == value


def test_what_is_packed_is_read_a_type_at_a_time(tmp_path: Path, facts: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    work = tmp_path / "work"
    work.mkdir()
    for name in ("small_thing", "small_other"):
        (work / f"{name}.json").write_text(json.dumps(facts), encoding="utf-8")
    monkeypatch.setattr(reader, "FOLDER", tmp_path)
    monkeypatch.setattr(store, "matched", lambda _: {"aws:small/thing:Thing": "small_thing"})
    monkeypatch.setattr(enums, "later", lambda *_: ["bronze"])
    read = reader.Facts(store.pack(work, "1.2.3"))
    assert (read.version, dict(read.tokens), sorted(read.types)) == (
        "1.2.3",
        {"aws:small/thing:Thing": "small_thing"},
        ["small_other", "small_thing"],
    )
    told = read.of_type("small_thing")
    assert told is not None
    root = told["blocks"][0]
    assert root["a"]["class"] == {
        "v": {"in": ["gold", "silver"], "later": ["bronze"]}
    }  # what goes without saying is not there
    assert told["blocks"][root["b"]["rule"]["in"]]["a"]["port"]["r"] == "RR??"
    assert read.of_type("small_nothing") is None


def test_how_long_a_provider_waits_is_read_beside_its_plan() -> None:
    class Waiting:
        """Plans nothing that has no name, and keeps its times in nanoseconds beside a plan."""

        def __init__(self) -> None:
            self.blocks = {"waiting": _schema("timeouts"), "hasty": _schema()}

        def plan(self, kind: str, prior: Any, proposed: Any, config: Any) -> Planned:
            times = {"create": 2_400_000_000_000, "delete": 90_000_000_000}
            kept = json.dumps({"e2bfb730-ecaa-11e6-8f88-34363bc7c4c0": times}).encode()
            return Planned(config, kept if config.get("name") else b"", (), ())

    class Solved:
        def least(self) -> dict[str, str]:
            return {"name": "it"}

    plugin: Any = Waiting()
    solver: Any = Solved()
    assert waits(plugin, "waiting", solver) == {"create": 2400, "delete": 90}
    assert waits(plugin, "hasty", solver) == {}


def _schema(*blocks: str) -> Any:
    nested = [SimpleNamespace(name=name, nesting=1) for name in blocks]
    return SimpleNamespace(attributes=[SimpleNamespace(name="name")], blocks=nested)


def test_a_binary_tells_its_version_by_its_name() -> None:
    assert version_of(Path("/a/terraform-provider-aws_v6.22.0_x5")) == "6.22.0"
    with pytest.raises(SystemExit, match="names no version"):
        version_of(Path("/a/provider"))


@pytest.mark.parametrize("says", ["echo hello", "true", "echo '1|6|tcp|127.0.0.1:1|grpc|'"])
def test_what_is_no_provider_of_the_protocol_is_refused(tmp_path: Path, says: str) -> None:
    binary = tmp_path / "terraform-provider-aws_v1.0.0"
    binary.write_text(f"#!/bin/sh\n{says}\n", encoding="utf-8")
    binary.chmod(0o755)
    with pytest.raises(PluginError, match="no provider that speaks plugin protocol 5"):
        Plugin(binary)
