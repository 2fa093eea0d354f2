"""The packs against faults that others know: each found, and nothing mandatory said of its sound sibling."""

import re
from functools import cache
from typing import Any

import pytest
from platform_policies import RULE_SETS

from tools.policy_missed import CHECKOV, MISSED, NONE_OF_PULUMI

from .faults import Fault, faults
from .packs import NAMES, Server, stack_rules

FAULTS = list(faults())
CHECK = re.compile(r"CKV2?_AWS_\d+")
PACKS = ("security", "reliability", "cost")


@cache
def server(pack: str) -> Server:
    return Server(pack)


def said(fault: Fault, pack: str, *, sound: bool) -> list[tuple[str, str]]:
    """Return the rules that a pack finds broken at its default levels, an advisory one too."""
    resource_type, props, parameters = fault.resource(sound=sound)
    own = (
        Server(pack, {"parameters": {fault.rule: dict(parameters)}})
        if parameters and pack == fault.pack
        else server(pack)
    )
    around: dict[str, Any] = dict(fault.case.around)
    return own.all(resource_type, props, protect=True, provider=around.get("provider"))


def test_there_are_enough() -> None:
    assert len(FAULTS) >= 250
    assert len({fault.control for fault in FAULTS}) >= 250


def test_every_fault_is_found() -> None:
    missed = [(f.control, f.rule) for f in FAULTS if f.rule not in [rule for rule, _ in said(f, f.pack, sound=False)]]
    assert missed == []


@pytest.mark.parametrize("pack", PACKS)
def test_no_mandatory_rule_touches_a_sound_sibling(pack: str) -> None:
    touched = [
        (f.control, f.case.type, rule)
        for f in FAULTS
        for rule, level in said(f, pack, sound=True)
        if level == "mandatory"
    ]
    assert touched == []


def claimed() -> set[str]:
    """Return the controls of checkov that a rule of any pack says to be its own."""
    return {known for pack in RULE_SETS.values() for rule in pack.every for known in CHECK.findall(rule.refs)}


def test_what_no_rule_finds_is_listed_and_is_less_than_a_tenth() -> None:
    every = {
        f"{kind}{number}"
        for kind, (last, gone) in CHECKOV.items()
        for number in range(1, last + 1)
        if number not in gone
    }
    found = (claimed() | {control for fault in FAULTS for control in CHECK.findall(fault.control)}) & every
    assert every - found == MISSED.keys() | NONE_OF_PULUMI.keys()
    assert not found & (MISSED.keys() | NONE_OF_PULUMI.keys())
    assert len(found) >= 0.9 * (len(found) + len(MISSED))


def test_what_a_rule_claims_is_a_fault_that_it_finds() -> None:
    """A control that only a stack as a whole can break has its case among those of stacks."""
    of_stacks = {known for pack in NAMES for rule in stack_rules(pack).values() for known in CHECK.findall(rule.refs)}
    shown = {known for fault in FAULTS for known in CHECK.findall(fault.control)}
    assert {one for one in claimed() if one.startswith(("CKV_AWS", "CKV2_AWS"))} - shown - of_stacks == set()
