"""The newest image of managed nodes in the stacks' files: what a workflow asks for each week."""

from pathlib import Path

import pytest
import yaml

from components.eks_cluster import ClusterSettings
from tools.node_release import PARAMETERS, main, parameter, replaced

AMAZON, BOTTLEROCKET = (
    "/aws/service/eks/optimized-ami/1.35/amazon-linux-2023/arm64/standard/recommended/release_version",
    "/aws/service/bottlerocket/aws-k8s-1.35/arm64/latest/image_version",
)
FILE = """config:
  shop:cluster:
    kubernetes_version: "1.35" # one at a time
    # node_release: 1.35.0-20260101 was bad
    node_release: 1.35.2-20261120 # of November
    karpenter:
      image_version: v20261120
"""


def test_each_image_that_a_stack_may_have_is_asked_for() -> None:
    field = ClusterSettings.model_fields["node_image"]
    assert set(PARAMETERS) == set(field.annotation.__args__)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (FILE, AMAZON),
        (f"{FILE}    node_image: BOTTLEROCKET_ARM_64\n", BOTTLEROCKET),
        ("cluster: {kubernetes_version: '1.35', node_release: '1.35.2-20261120'}", AMAZON),
        ('kubernetes_version: "1.35"\n', None),
        ('kubernetes_version: "1.35"\n# node_release: 1.35.2-20261120\n', None),
    ],
    ids=["amazon-linux", "bottlerocket", "one-line", "names-none", "a-comment"],
)
def test_a_stack_that_names_a_release_is_asked_for_by_its_version_and_image(text: str, asked: str | None) -> None:
    assert parameter(text) == asked


def test_the_newest_takes_its_place_and_all_else_stays() -> None:
    newest = replaced(FILE, {AMAZON: "1.35.3-20261127", BOTTLEROCKET: "1.55.0-d93bb1b1"})
    assert newest == FILE.replace("1.35.2-20261120", "1.35.3-20261127").replace("v20261120", "v20261127")
    cluster = yaml.safe_load(newest)["config"]["shop:cluster"]
    assert cluster["node_release"] == "1.35.3-20261127"
    assert replaced(FILE, {BOTTLEROCKET: "1.55.0-d93bb1b1"}) == FILE


def test_a_release_of_bottlerocket_says_nothing_of_karpenters_image() -> None:
    text = FILE.replace("1.35.2-20261120", "1.54.0-55d04a85") + "    node_image: BOTTLEROCKET_ARM_64\n"
    assert replaced(text, {BOTTLEROCKET: "1.55.0-d93bb1b1"}) == text.replace("1.54.0-55d04a85", "1.55.0-d93bb1b1")


def test_files_of_examples_are_looked_at_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in ("Pulumi.dev.yaml", "examples/shop/Pulumi.prod.yaml"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(FILE if "shop" in path else 'kubernetes_version: "1.35"\n')
    assert main(tmp_path, {}) == 0
    assert capsys.readouterr().out == f"{AMAZON}\n"
    assert main(tmp_path, {AMAZON: "1.35.3-20261127"}) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'examples/shop/Pulumi.prod.yaml'}\n"
    assert main(tmp_path, {AMAZON: "1.35.3-20261127"}) == 0
    assert capsys.readouterr().out == ""
