from sandbox import schema
from sandbox.replacement import forces_replacement
from sandbox.stateful import HOLDS, warning


def test_only_a_replacement_of_what_holds_data_is_worth_a_warning() -> None:
    assert "`dbName`, `username`" in warning("aws:rds/instance:Instance", ["dbName", "username"])
    assert warning("aws:rds/instance:Instance", []) == ""
    assert warning("aws:sns/topic:Topic", ["name"]) == ""


def test_each_of_them_exists_and_has_something_that_replaces_it() -> None:
    for token in HOLDS:
        described = schema.resource(token)
        assert described is not None, token
        if token.startswith("aws:"):
            assert any(forces_replacement(token, name) for name in described.inputs), token
