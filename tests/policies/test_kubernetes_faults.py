"""Known faults of Kubernetes objects, found; evasions, caught; and innocent siblings, let through."""

from typing import Any

import pytest

from tools.policy_reference import MISSED_OF_KUBERNETES, OF_KUBERNETES

from .cases.stacks import CASES as STACK_CASES
from .packs import Found, Server
from .programs.kubernetes_faults import EVASIONS, FAULTS, OVER_STACKS, Fault

PACKS = ("kubernetes", "reliability", "security")
STRICT = [Server(pack, every=True) for pack in PACKS]
AS_THEY_COME = [Server(pack) for pack in PACKS]


def found(servers: list[Server], fault: Fault, props: dict[str, Any]) -> list[Found]:
    return [one for server in servers for one in server.judge(fault.type, props)]


def caught(fault: Fault) -> bool:
    return fault.rule in [one.rule for one in found(STRICT, fault, fault.broken())]


@pytest.mark.parametrize("fault", [pytest.param(each, id=each.control) for each in (*FAULTS, *EVASIONS)])
def test_a_fault_is_found_or_said_to_be_missed(fault: Fault) -> None:
    assert caught(fault) == bool(fault.rule)


@pytest.mark.parametrize("fault", [pytest.param(each, id=each.control) for each in (*FAULTS, *EVASIONS) if each.rule])
def test_an_innocent_sibling_is_let_through(fault: Fault) -> None:
    mandatory = [one.message for one in found(AS_THEY_COME, fault, fault.sound()) if one.level == "mandatory"]
    # an API's version that is no longer stable is what these two are about
    stale = fault.type.endswith(("v1beta1:CronJob", "v1beta1:Deployment"))
    assert [one for one in mandatory if not (stale and one.startswith("k8s-api-version"))] == []


def test_the_corpus_is_large_and_nine_of_ten_are_found() -> None:
    assert set(OVER_STACKS.values()) <= {name.split("/")[0] for name, case in STACK_CASES.items() if case.refused}
    assert {fault.control for fault in (*FAULTS, *EVASIONS) if not fault.rule} == MISSED_OF_KUBERNETES.keys()
    found, caught = (sum(bool(fault.rule) for fault in of) for of in (FAULTS, EVASIONS))
    assert (len(FAULTS), found, len(EVASIONS), caught) == OF_KUBERNETES
    assert len(FAULTS) >= 120
    assert len({fault.control for fault in FAULTS}) >= 120
    assert found >= 0.9 * len(FAULTS)
    assert len(EVASIONS) >= 20
    assert caught >= 0.9 * len(EVASIONS)
