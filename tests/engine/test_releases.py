"""What a new image, the way back, and the switch between two releases touch, and in which order."""

import re
from typing import Any

import pytest

from testing.program import changed_config

from .conftest import Sandbox, change

pytestmark = pytest.mark.engine

JOBS = {"app-setup-job", "setup-job"}
PODS = {"app-server-pods", "app-worker-pods", "app-queue-exporter-pods", "bridge-script-pods"}
EXPORT = "app-flows-job"
# CronJobs, which run the same image: their next run has it
SCHEDULED = {EXPORT, "restore-check-job"}
OLD = str(changed_config("prod", {})["flowise:service"]["image"])
NEW = f"registry.example.com/flowise:3.1.5@sha256:{'b' * 64}"


def named(sandbox: Sandbox, name: str) -> dict[str, Any]:
    """Return a resource of the state, by its name."""
    (found,) = [item for item in sandbox.state("prod")["resources"] if item["urn"].endswith(f"::{name}")]
    return dict(found)


def done(sandbox: Sandbox) -> list[tuple[str, str]]:
    """Bring prod up; what was done to which resource, in this order."""
    return re.findall(r" ([a-z]\S+) (created|updated|replaced|deleted)\b", sandbox("up", stack="prod").stdout)


def weights(sandbox: Sandbox) -> dict[str, int]:
    """How the load balancer divides what comes between the two releases."""
    first, second = named(sandbox, "app-route-site")["inputs"]["actions"][0]["forward"]["targetGroups"]
    return {"blue": first["weight"], "green": second["weight"]}


def test_a_new_image_and_the_way_back_touch_the_same_and_tables_come_first(prod: Sandbox) -> None:
    environment = named(prod, "app-environment")["id"]
    change(prod, "prod", "service.image", NEW)
    planned = prod.altered("prod")
    # the database's setup has the same image, and tells the environment its login: the same one, as `up` shows
    assert planned.keys() - {"app-environment"} == {*JOBS, *PODS, *SCHEDULED}
    assert {name for name, done in planned.items() if done == {"update"}} >= {*PODS, *SCHEDULED}
    for image in (NEW, OLD):
        change(prod, "prod", "service.image", image)
        done = re.findall(r" ([a-z]\S+) (created|updated) ", prod("up", stack="prod").stdout)
        assert set(done) == {(name, "created") for name in JOBS} | {(name, "updated") for name in (*PODS, *SCHEDULED)}
        assert done.index(("app-setup-job", "created")) < done.index(("app-server-pods", "updated"))
        assert named(prod, "app-environment")["id"] == environment


def test_one_release_is_changed_while_the_other_is_served_and_the_switch_touches_the_balancer_and_no_pod(
    prod: Sandbox,
) -> None:
    colours = {"active": "blue", "blue_image": OLD, "green_image": OLD}
    change(prod, "prod", "service.blue_green", colours)
    # two releases that roll at once, and what they replace, open more connections than prod's own has room for
    change(prod, "prod", "database.instance_class", "db.m7g.xlarge")
    prod("up", stack="prod")

    change(prod, "prod", "service.blue_green", {**colours, "green_image": NEW})
    changed = {name for name, _ in done(prod)}
    assert changed == {"app-green-setup-job", "app-green-server-pods", "app-green-worker-pods"}
    assert weights(prod) == {"blue": 100, "green": 0}

    change(prod, "prod", "service.blue_green", {**colours, "active": "green", "green_image": NEW})
    # one alert asks whether the release that is served is ready; the next export is of that one
    assert set(done(prod)) == {(each, "updated") for each in ("app-route-site", "monitoring-alerts", EXPORT)}
    assert weights(prod) == {"blue": 0, "green": 100}
