"""Every rule of every pack on a resource that it must pass and on what it must refuse, through the SDK's own server."""

import importlib
import re
from functools import cache
from typing import Any

import pytest
from platform_policies.kubernetes.templates import CUSTOM

from .cases.case import ABSENT, UNKNOWN, Case, Variation, varied
from .packs import NAMES, Server, rules

CASES: list[tuple[str, str, Case]] = [
    (pack, name, case)
    for pack in NAMES
    for name, case in importlib.import_module(f"tests.policies.cases.{pack}").CASES.items()
]


def params(variations: str) -> list[Any]:
    return [
        pytest.param(pack, name.split("/")[0], case, variation, id=f"{name}-{number}")
        for pack, name, case in CASES
        for number, variation in enumerate(getattr(case, variations))
    ]


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


@pytest.mark.parametrize(("name", "case"), [pytest.param(n, c, id=n) for _, n, c in CASES])
def test_every_case_says_what_absence_means(name: str, case: Case) -> None:
    assert any(ABSENT in variation.values() for variation in [*case.refused, *case.passed])


@pytest.mark.parametrize(
    ("pack", "rule", "case"),
    [pytest.param(p, n.split("/")[0], c, id=n) for p, n, c in CASES if {} not in c.refused],
)
def test_a_compliant_resource_passes(pack: str, rule: str, case: Case) -> None:
    assert rule not in every(pack, rule, case, {})


@pytest.mark.parametrize(("pack", "rule", "case", "variation"), params("refused"))
def test_a_break_is_refused(pack: str, rule: str, case: Case, variation: Variation) -> None:
    assert rule in every(pack, rule, case, variation)


@pytest.mark.parametrize(("pack", "rule", "case", "variation"), params("passed"))
def test_what_is_allowed_passes(pack: str, rule: str, case: Case, variation: Variation) -> None:
    assert rule not in every(pack, rule, case, variation)


@pytest.mark.parametrize(("pack", "rule", "case", "variation"), params("refused"))
def test_a_rule_is_silent_on_what_is_unknown(pack: str, rule: str, case: Case, variation: Variation) -> None:
    """Whatever breaks the rule, unknown it does not: `up` decides."""
    unknown = {path: UNKNOWN for path in variation if not path.startswith("@")}
    if not case.unknown_refused:
        assert rule not in every(pack, rule, case, unknown)


@pytest.mark.parametrize(("pack", "name", "case"), [pytest.param(p, n, c, id=n) for p, n, c in CASES if c.refused])
def test_a_foreign_type_is_left_alone(pack: str, name: str, case: Case) -> None:
    # every beta API is one, whatever its kind; so has every object annotations, and any custom resource may hold pods
    of_all = name.startswith(("k8s-api-version", "k8s-secret-annotation")) or re.fullmatch(
        f"kubernetes:{CUSTOM}", case.type
    )
    kinds = [] if of_all else [case.type + "Other"]
    for other in ("random:index/randomId:RandomId", *kinds):
        assert not rules(pack)[name.split("/", maxsplit=1)[0]].applies(other)


@pytest.mark.parametrize(("pack", "rule", "case", "variation"), params("refused"))
def test_no_message_shows_a_value(pack: str, rule: str, case: Case, variation: Variation) -> None:
    props, _ = varied(case, variation)
    texts = {value for value in props.values() if isinstance(value, str) and len(value) > 20}
    for found in whole(pack).judge(case.type, props):
        assert "hunter2" not in found.message
        assert not [text for text in texts if text in found.message]
