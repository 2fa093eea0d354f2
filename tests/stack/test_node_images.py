"""Both ways by which nodes get another image change nothing that holds data, and replace nothing at all."""

from typing import Any

from sandbox import kubernetes_diff
from sandbox.diffing import diff
from testing.cloud import Cloud, Created
from testing.program import run, run_changed

IMAGES = {
    "flowise:cluster.node_release": "1.35.2-20261120",
    "flowise:cluster.karpenter": {"image_version": "v20261120"},
}


def test_another_image_of_nodes_is_an_update_of_groups_and_node_class() -> None:
    before, after = run("prod").cloud, run_changed("prod", Cloud(), IMAGES).cloud
    old = {each.urn: each for each in before.created}
    changed = [each for each in after.created if each.inputs != old[each.urn].inputs]
    assert len(after.created) == len(before.created)
    assert sorted((each.name, *_differing(old[each.urn], each)) for each in changed) == [
        ("cluster-app-group", "releaseVersion"),
        ("cluster-system-group", "releaseVersion"),
        ("services-karpenter-class", "spec"),
    ]
    assert [each.name for each in changed if _replaces(old[each.urn], each)] == []


def _replaces(old: Created, new: Created) -> tuple[str, ...]:
    if new.type.startswith("kubernetes:"):
        return kubernetes_diff.diff(new.type, old.inputs, old.inputs, new.inputs, {}).replaces
    return diff(new.type, old.inputs, new.inputs).replaces


def _differing(old: Created, new: Created) -> list[str]:
    gone: dict[str, Any] = {}
    return sorted(key for key in {**old.inputs, **new.inputs} if old.inputs.get(key, gone) != new.inputs.get(key, gone))
