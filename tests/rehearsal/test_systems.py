"""The workflow of main for a system of examples/: the jobs of the repository's own stacks, given another program."""

from pathlib import Path

import pytest

from .account import Account

pytestmark = pytest.mark.rehearsal


def test_a_system_of_examples_is_delivered_by_the_same_jobs_and_goes_back(
    tmp_path: Path, log: Path, request: pytest.FixtureRequest
) -> None:
    account = Account.made(tmp_path / "account", log / request.node.name)
    program, good = "examples/ranking", account.git("rev-parse", "main")
    ended = account.deliver("ranking", jobs=["staging", "plan", "prod"])
    assert {name: each.conclusion for name, each in ended.items()} == dict.fromkeys(
        ("staging", "plan", "prod"), "success"
    )
    # staging and prod have the same commit's digest, verified before it is used; the page is built and published
    image = account.setting("prod", "ranking:service.blue_green.blue_image", program)
    for stack in ("staging", "prod"):
        assert image in account.state(stack, "ranking")
        assert account.called(f"tools.front_end --stack {stack} --cwd {program} {program}/app/web/dist")
        assert account.called("examples.ranking.smoke https://")
        assert [told for told in account.called("Succeeded") if f"Value=ranking-{stack}}}]" in told]
    # both colours, and what runs the scripts, of each
    assert len(account.called("cosign verify")) == 6
    assert [call for call in account.called("npm run build") if "in ranking" in call]
    # a release: the colour that waits gets ready, then everybody is sent there; it does not serve, and all go back
    bad = image.replace("sha256:0", "sha256:f")
    account.set(
        "staging",
        {"ranking:service.blue_green.active": "green", "ranking:service.blue_green.green_image": bad},
        program,
    )
    account.say("bad", bad)
    account.commit("Send everybody to green")
    ended = account.deliver("ranking", jobs=["staging", "plan", "prod"])
    assert [ended[name].conclusion for name in ("staging", "plan", "prod")] == ["failure", "skipped", "skipped"]
    assert "green gets ready, and blue is served meanwhile" in ended["staging"].said
    assert "The requested URL returned error: 503" in ended["staging"].said
    assert f"Deploying ranking-staging failed at {account.git('rev-parse', 'main')[:12]}" in account.issues
    assert f"it is back at {good}" in account.issues
    assert bad not in account.state("staging", "ranking")
    assert account.locks() == []


@pytest.mark.parametrize("system", ["aps", "tiktrend"])
def test_every_other_system_reaches_staging(
    system: str, tmp_path: Path, log: Path, request: pytest.FixtureRequest
) -> None:
    account = Account.made(tmp_path / "account", log / request.node.name)
    (ended,) = account.deliver(system, jobs=["staging"]).values()
    assert ended.conclusion == "success"
    assert account.setting("staging", f"{system}:service.image", f"examples/{system}") in account.state(
        "staging", system
    )
    assert account.called(f"examples.{system}.smoke https://")
    assert account.called("Succeeded", f"Value={system}-staging}}]")
    has_a_page = (account.tree / "examples" / system / "app" / "web" / "package.json").exists()
    assert bool(account.called(f"tools.front_end --stack staging --cwd examples/{system}")) is has_a_page
    assert account.locks() == []
