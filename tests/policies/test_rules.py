"""Every rule of every pack on a resource that it must pass and on what it must refuse, through a pack's own server."""

import importlib
import re
from functools import cache

import pytest
from platform_policies.kubernetes.templates import CUSTOM

from .cases.case import ABSENT, UNKNOWN, Case, Variation, varied
from .packs import NAMES, Server, rules

CASES: list[tuple[str, str, Case]] = [
    (pack, name, case)
    for pack in NAMES
    for name, case in importlib.import_module(f"tests.policies.cases.{pack}").CASES.items()
]


EACH = pytest.mark.parametrize(("pack", "name", "case"), [pytest.param(*entry, id=entry[1]) for entry in CASES])


def every(pack: str, rule: str, case: Case, variation: Variation) -> list[str]:
    """Return the rule where it is found broken, an advisory one too."""
    props, around = varied(case, variation)
    parameters = around.get("parameters")
    config = {"parameters": {rule: parameters}} if parameters else {}
    server = Server(pack, config, every=True, only=rules(pack)[rule])
    found = server.judge(case.type, props, protect=around.get("protect", False), provider=around.get("provider"))
    assert {one.level for one in found} <= {"mandatory"}, "a mere advice"
    return [one.rule for one in found]


@cache
def whole(pack: str) -> Server:
    """Return a whole pack, advice and all."""
    return Server(pack, every=True)


@pytest.mark.parametrize("pack", NAMES)
def test_every_rule_has_a_case(pack: str) -> None:
    refusing = {name.split("/")[0] for of, name, case in CASES if of == pack and case.refused}
    assert refusing == rules(pack).keys()


@EACH
def test_a_rule_does_what_its_case_says(pack: str, name: str, case: Case) -> None:
    """What breaks it is refused, and passes where it is unknown, for `up` decides that; the rest passes."""
    rule = name.split("/", maxsplit=1)[0]
    assert any(ABSENT in one.values() for one in [*case.refused, *case.passed]), "it does not say what absence means"
    for variation in case.refused:
        assert rule in every(pack, rule, case, variation), variation
        unknown = {path: UNKNOWN for path in variation if not path.startswith("@")}
        assert case.unknown_refused or rule not in every(pack, rule, case, unknown), unknown
    for variation in [*([] if {} in case.refused else [{}]), *case.passed]:
        assert rule not in every(pack, rule, case, variation), variation


@EACH
def test_a_foreign_type_is_left_alone(pack: str, name: str, case: Case) -> None:
    # every beta API is one, whatever its kind; so has every object annotations, and any custom resource may hold pods
    of_all = name.startswith(("k8s-api-version", "k8s-secret-annotation")) or re.fullmatch(
        f"kubernetes:{CUSTOM}", case.type
    )
    kinds = [] if of_all else [case.type + "Other"]
    for other in ("random:index/randomId:RandomId", *kinds):
        assert not rules(pack)[name.split("/", maxsplit=1)[0]].applies(other)


@EACH
def test_no_message_shows_a_value(pack: str, name: str, case: Case) -> None:
    for variation in case.refused:
        props, _ = varied(case, variation)
        texts = {value for value in props.values() if isinstance(value, str) and len(value) > 20}
        for found in whole(pack).judge(case.type, props):
            assert "hunter2" not in found.message
            assert not [text for text in texts if text in found.message]
