"""The whole workflow of main: what is merged reaches dev, staging and prod, or nothing, or goes back."""

import re
from collections.abc import Callable

import pytest

from . import changes
from .account import STACKS, Account
from .actions import Ended

pytestmark = pytest.mark.rehearsal


def conclusions(ended: dict[str, Ended]) -> list[str]:
    """Return how the jobs of the stacks ended."""
    return [ended[stack].conclusion for stack in STACKS]


def counted(account: Account, stack: str) -> dict[str, str]:
    """Return what CloudWatch was told of a deployment of a stack."""
    (told,) = [call for call in account.called("put-metric-data", f"Value={stack}}}]") if "Succeeded" in call]
    return dict(re.findall(r"MetricName=(\w+),Unit=\w+,Value=(\d+)", told))


def test_a_harmless_tag_reaches_every_stack(account: Account) -> None:
    changes.harmless_tag(account)
    account.commit("tag")
    ended = account.merge()
    assert conclusions(ended) == ["success"] * 3
    assert ended["tell"].conclusion == "skipped"
    # whoever approves prod has seen what it would really get, by its own state
    assert ended["plan"].conclusion == "success"
    assert "! LOOK  prod: nodes are replaced" in ended["plan"].said
    for stack in STACKS:
        assert "platform-2" in account.state(stack)
        assert counted(account, stack)["Succeeded"] == "1"
    # dev takes any image; the others one that is signed
    assert len(account.called("cosign verify")) == 2
    assert account.called("python -m tools.end_to_end --front-door staging")
    assert account.issues == ""


def test_a_bigger_database_and_a_new_service_are_deployed(account: Account) -> None:
    changes.bigger_database(account)
    changes.new_service(account)
    account.commit("more of both")
    ended = account.merge()
    assert conclusions(ended) == ["success"] * 3
    assert "db.m7g.xlarge" in account.state("prod")
    assert "instanceClass" in ended["prod"].said


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (changes.dangerous_replace, "refused: replace aws:rds/instance:Instance::db-instance"),
        # whichever of the laws speaks first
        (changes.another_range, "and not in the one that takes its place"),
        (changes.broken_policy, "metadata"),
    ],
    ids=["dangerous-replace", "another-range", "broken-policy"],
)
def test_what_is_refused_changes_nothing_and_is_told(
    change: Callable[[Account], None], says: str, small: Account
) -> None:
    before = small.state("dev")
    change(small)
    small.commit(change.__name__)
    ended = small.merge()
    assert conclusions(ended) == ["failure", "skipped", "skipped"]
    assert says in ended["dev"].said
    assert small.state("dev") == before
    assert small.called("put-metric-data") == []
    assert list(ended["dev"].printed) == ["Set up", "Deploy, and ask it from outside"]
    assert "did not end well" in small.issues


def test_an_image_that_does_not_serve_is_rolled_back(small: Account) -> None:
    good = small.git("rev-parse", "main")
    small.set("dev", {"flowise:service.image": "flowiseai/flowise:3.1.5"})
    small.say("bad", "flowiseai/flowise:3.1.5")
    small.commit("A new image")
    ended = small.merge()
    assert conclusions(ended) == ["failure", "skipped", "skipped"]
    assert "flowiseai/flowise:3.1.5" not in small.state("dev")
    assert f"it is back at {good}" in small.issues
    told = [
        dict(re.findall(r"MetricName=(\w+),Unit=\w+,Value=(\d+)", call)) for call in small.called("MetricName=Failed")
    ]
    assert [(each["Failed"], each["RolledBack"]) for each in told] == [("1", "0"), ("0", "1")]


def test_what_answers_a_ping_and_errors_else_is_rolled_back_as_well(small: Account) -> None:
    good = small.git("rev-parse", "main")
    changes.harmless_tag(small)
    small.say("unhealthy", "yes")
    small.commit("Nobody sees what is wrong")
    ended = small.merge()
    assert conclusions(ended) == ["failure", "skipped", "skipped"]
    assert "dev is not well: app-lb: 60 errors to 100 requests" in ended["dev"].said
    # nor is it well where it went back to, as long as CloudWatch says so
    assert f"going back to {good} failed, too" in small.issues
    assert "platform-2" not in small.state("dev")


def test_a_run_that_is_cancelled_leaves_no_lock_and_the_next_is_clean(small: Account) -> None:
    changes.harmless_tag(small)
    changes.new_service(small)
    commit = small.commit("cut off")
    ended = small.merge(cancel_at="updating (")
    assert conclusions(ended) == ["cancelled", "skipped", "skipped"]
    assert ended["dev"].outputs["deploy"]["updating"] == "false"
    assert small.locks() == []
    assert "did not end well" in small.issues or "it is back at" in small.issues
    assert small.merge(commit, ["dev"])["dev"].conclusion == "success"
    assert "platform-2" in small.state("dev")


def test_a_commit_that_nobody_reviewed_is_never_gone_back_to(small: Account) -> None:
    good = small.git("rev-parse", "main")
    small.git("checkout", "--quiet", "-b", "evil")
    changes.broken_policy(small)
    evil = small.commit("unreviewed")
    small.git("checkout", "--quiet", "main")
    # what somebody with push access can have GitHub say
    small.ran(evil, dict.fromkeys(STACKS, "success"), head_branch="evil")
    small.ran(evil, dict.fromkeys(STACKS, "success"))
    small.set("dev", {"flowise:service.image": "flowiseai/flowise:3.1.5"})
    small.say("bad", "flowiseai/flowise:3.1.5")
    small.commit("A new image")
    assert conclusions(small.merge()) == ["failure", "skipped", "skipped"]
    assert f"it is back at {good}" in small.issues
    assert evil not in small.issues


def test_an_image_with_a_wrong_signature_goes_no_further_than_dev(small: Account) -> None:
    image = small.setting("staging", "flowise:service.image").replace("sha256:0", "sha256:f")
    for stack in ("staging", "prod"):
        small.set(stack, {"flowise:service.image": image})
    small.say("unsigned", image)
    small.commit("An image of somebody else's")
    ended = small.merge()
    assert conclusions(ended) == ["success", "failure", "skipped"]
    assert ended["plan"].conclusion == "skipped"
    assert "is not signed as it must be: Error: no matching signatures" in ended["staging"].said
    assert small.stacks() == ["dev"]
    assert "did not end well" in small.issues
