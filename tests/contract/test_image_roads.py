"""Every image of every shape has a road to the nodes: from the account where the settings say so."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from components.image_cache.images import CHART_IMAGES, UPSTREAMS, registry_of
from tools import shapes
from tools.charts.store import RELEASE, facts_of, recorded

ENCLOSED = "dev-without-nat"
CACHED = [ENCLOSED, "prod-with-a-pipeline"]
HOST = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
# prod's own image, as its stack file has it
ELSEWHERE = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/flowise:3.1.4@sha256:"


def images(spec: Any) -> Iterator[str]:
    """Yield the image of every container in a spec."""
    if isinstance(spec, dict):
        for key, value in spec.items():
            if key == "image" and isinstance(value, str):
                yield value
            else:
                yield from images(value)
    elif isinstance(spec, list):
        for each in spec:
            yield from images(each)


def of_charts(chart: str | None = None) -> set[str]:
    """Return the images of recorded releases, of one chart if named, that come from where the charts say."""
    return {
        image
        for row in recorded()["releases"]
        for image in row["images"]
        if row["chart"].split()[0] == chart or chart is None
        if not image.startswith(HOST)
    }


def test_every_registry_of_every_chart_is_one_that_ecr_stands_before() -> None:
    assert len(of_charts()) > 20
    assert [image for image in sorted(of_charts()) if registry_of(image) not in UPSTREAMS] == []


@pytest.mark.parametrize("chart", sorted(name.split()[0] for name in recorded()["charts"]))
def test_a_chart_says_by_its_row_whence_each_of_its_images_comes(chart: str) -> None:
    told = {reference for reference in CHART_IMAGES[chart].values() if reference}
    wholly = {each for each in told if each not in UPSTREAMS}
    assert {registry_of(image) for image in of_charts(chart)} == {registry_of(f"{each}/") for each in told}
    assert [each for each in sorted(wholly) if not any(image.startswith(each) for image in of_charts(chart))] == []


@pytest.mark.parametrize("shape", CACHED)
def test_pods_and_charts_of_a_stack_with_a_cache_name_ecr_alone(shape: str) -> None:
    cloud, own = shapes.made(shape).cloud, f"{HOST}/flowise-{shapes.SHAPES[shape].stack}/"
    of_pods = [image for each in cloud.created if "spec" in each.inputs for image in images(each.inputs["spec"])]
    assert len(of_pods) >= 4
    assert [image for image in of_pods if not image.startswith((own, ELSEWHERE))] == []
    rendered = {image for row in facts_of(shapes.made(shape)) for image in row["images"]}
    assert [image for image in sorted(rendered) if not image.startswith(own)] == []
    for release in cloud.of(RELEASE):
        values = json.dumps(release.inputs["values"])
        assert own in values
        assert [name for name in UPSTREAMS if re.search(f'"{re.escape(name)}[/"]', values)] == []


def test_endpoints_and_names_of_an_enclosed_stack_lead_to_no_registry_on_the_internet() -> None:
    cloud = shapes.made(ENCLOSED).cloud
    feeding = json.loads(cloud.named("vpc-endpoints-s3").inputs["policy"])["Statement"][1]["Resource"]
    assert feeding == [
        "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*",
        "arn:aws:s3:::al2023-repos-eu-west-1-de612dc2/*",
    ]
    names = cloud.named("vpc-dns-allow-names").inputs["domains"]
    assert [name for name in names if registry_of(f"{name.removeprefix('*.')}/") in UPSTREAMS] == []
    assert "*.amazonaws.com" in names
    assert cloud.of("aws:ec2/natGateway:NatGateway") == []


@pytest.mark.parametrize(
    "role", [(ENCLOSED, "cluster-node"), (CACHED[1], "cluster-node"), (CACHED[1], "services-karpenter-node")]
)
def test_nodes_of_a_stack_with_a_cache_may_have_images_fetched(role: tuple[str, str]) -> None:
    shape, name = role
    said = json.loads(shapes.made(shape).cloud.named(f"{name}-further").inputs["policy"])["Statement"]
    assert [each["Sid"] for each in said] == ["FetchesImages"]


@pytest.mark.parametrize("shape", sorted(set(shapes.SHAPES) - set(CACHED)))
def test_without_a_cache_nodes_may_do_nothing_besides(shape: str) -> None:
    cloud = shapes.made(shape).cloud
    assert [each.name for each in cloud.created if each.name.endswith("-node-further")] == []
    assert cloud.of("aws:ecr/pullThroughCacheRule:PullThroughCacheRule") == []
