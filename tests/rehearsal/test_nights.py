"""The workflow of the night: whether what stands in the account is still what the state says."""

import pytest

from .account import Account

pytestmark = pytest.mark.rehearsal


def test_what_somebody_changed_by_hand_is_told_in_the_morning(small: Account) -> None:
    assert {name: each.conclusion for name, each in small.look(["dev"]).items()} == {
        "drift dev": "success",
        "tell": "skipped",
    }
    assert small.issues == ""
    before = small.state("dev")
    small.drift("dev", "vpc-vpc", "tags.Owner=a-hand-by-night")
    ended = small.look(["dev"])["drift dev"]
    assert ended.conclusion == "failure"
    # the run's page says in what, and names nothing else
    assert "a-hand-by-night" in ended.said
    assert "vpc-vpc" in ended.said
    assert "app-lb" not in ended.said
    assert small.issues.startswith("dev and its account differ\n")
    assert "pulumi refresh --stack dev" in small.issues
    # it reads alone
    assert small.state("dev") == before
    assert small.locks() == []
