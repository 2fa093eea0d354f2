"""What the provider makes of a release's inputs; `make truth` holds the same to the real one."""

from typing import Any

import pytest

from sandbox.helm_releases import resource_names, upgraded, with_defaults


@pytest.mark.parametrize(
    ("given", "values"),
    [
        ({"values": {"b": 2}}, {"b": 2}),
        ({}, {"a": {"x": 1, "y": 2}}),  # helm keeps what it has where it is given nothing
        ({"resetValues": True}, None),
        ({"values": {"a": {"x": 3}}, "reuseValues": True}, {"a": {"x": 3, "y": 2}}),
        ({"values": {"a": 1}, "reuseValues": True, "resetValues": True}, {"a": 1}),
    ],
)
def test_an_upgrade_keeps_values_as_helm_does(given: dict[str, Any], values: Any) -> None:
    assert upgraded(given, {"values": {"a": {"x": 1, "y": 2}}}).get("values") == values


def test_defaults_are_the_provider_s_and_nothing_is_waited_for_where_it_is_told_so() -> None:
    assert with_defaults({"chart": "a", "skipCrds": None})["skipCrds"] is False
    assert (with_defaults({})["timeout"], with_defaults({"skipAwait": True})["timeout"]) == (300, 0)
    assert with_defaults({"timeout": 60, "values": {"a": 1}}).items() >= {"timeout": 60, "values": {"a": 1}}.items()


def test_objects_are_named_by_kind_group_and_version() -> None:
    made = [
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "b"}},
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a", "namespace": "n"}},
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "c"}},
    ]
    assert resource_names(made) == {"Deployment.apps/apps/v1": ["b", "n/a"], "Service/v1": ["c"]}
