"""Every image of every shape has a road to the nodes: from the account where the settings say so."""

import json
import re

import pytest

from components.image_cache.images import CHART_IMAGES, UPSTREAMS, registry_of
from tools import shapes
from tools.charts.store import RELEASE, facts_of, recorded
from tools.images import of_pods, pulled, upstream

ENCLOSED = "dev-without-nat"
CACHED = [ENCLOSED, "prod-with-a-pipeline"]
HOST = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
# prod's own image, as its stack file has it
ELSEWHERE = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/flowise:3.1.4@sha256:"


def images_of(shape: str) -> list[str]:
    return sorted({image for row in facts_of(shapes.made(shape)) for image in row["images"]})


@pytest.mark.parametrize("shape", sorted(set(shapes.SHAPES) - set(CACHED)))
def test_every_registry_of_every_chart_is_one_that_ecr_stands_before(shape: str) -> None:
    assert len(images_of(shape)) > 9
    assert [image for image in images_of(shape) if registry_of(image) not in UPSTREAMS] == []


@pytest.mark.parametrize("shape", CACHED)
def test_charts_of_a_stack_with_a_cache_pull_from_the_account_alone_and_by_tag(shape: str) -> None:
    own = f"{HOST}/flowise-{shapes.SHAPES[shape].stack}/"
    assert len(images_of(shape)) > 9
    assert [image for image in images_of(shape) if not image.startswith(own)] == []
    assert [image for image in images_of(shape) if "@" in image] == []


def test_each_chart_that_a_shape_installs_has_a_row() -> None:
    assert {row["chart"].split()[0] for row in recorded()["releases"]} == set(CHART_IMAGES)


@pytest.mark.parametrize("shape", CACHED)
def test_the_images_to_pull_first_are_those_that_nodes_will_ask_for(shape: str) -> None:
    told, own = pulled(shapes.made(shape)), f"{HOST}/flowise-{shapes.SHAPES[shape].stack}/"
    assert set(images_of(shape)) <= set(told)
    assert [image for image in told if not image.startswith((own, ELSEWHERE.partition("@")[0])) or "@" in image] == []


def test_an_image_of_the_account_is_known_by_where_it_came_from() -> None:
    assert upstream(f"{HOST}/flowise-dev/quay/prometheus/prometheus:v3") == "quay.io/prometheus/prometheus:v3"
    assert upstream("quay.io/prometheus/prometheus:v3") == "quay.io/prometheus/prometheus:v3"


@pytest.mark.parametrize("shape", CACHED)
def test_pods_and_charts_of_a_stack_with_a_cache_name_ecr_alone(shape: str) -> None:
    cloud, own = shapes.made(shape).cloud, f"{HOST}/flowise-{shapes.SHAPES[shape].stack}/"
    found = of_pods(shapes.made(shape))
    assert found
    assert [image for image in found if not image.startswith((own, ELSEWHERE))] == []
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
