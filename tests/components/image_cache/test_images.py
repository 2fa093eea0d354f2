"""Where an image lies in the account, and what of charts and pods says so."""

from typing import Any

import pulumi
import pulumi_kubernetes as k8s
import pytest

from components.image_cache.images import UPSTREAMS, registry_of
from components.image_cache.relocation import chart_values, pod_images, relocated
from testing.cloud import Cloud

HOST, PREFIX = "111122223333.dkr.ecr.eu-west-1.amazonaws.com", "orders-prod"
OWN = f"{HOST}/{PREFIX}"


def known(cloud: Cloud, value: Any) -> Any:
    return cloud.value_of(lambda: pulumi.Output.from_input(value))[0]


@pytest.mark.parametrize(
    ("image", "registry"),
    [
        ("redis", "docker.io"),
        ("flowiseai/flowise:3.1.4", "docker.io"),
        ("quay.io/prometheus/prometheus", "quay.io"),
        ("localhost:5000/a", "localhost:5000"),
    ],
)
def test_the_registry_of_an_image_is_what_names_it_or_docker_hub(image: str, registry: str) -> None:
    assert registry_of(image) == registry


@pytest.mark.parametrize(
    ("reference", "there"),
    [
        # Docker's own images lie in a folder that nobody writes
        ("redis:8", f"{OWN}/docker/library/redis:8"),
        ("docker.io/grafana/loki:3.6.0", f"{OWN}/docker/grafana/loki:3.6.0"),
        ("flowiseai/flowise:3.1.4@sha256:0", f"{OWN}/docker/flowiseai/flowise:3.1.4@sha256:0"),
        ("ghcr.io/kedacore/keda", f"{OWN}/github/kedacore/keda"),
        ("registry.k8s.io", f"{OWN}/k8s"),
        ("public.ecr.aws/datadog", f"{OWN}/public/datadog"),
        (f"{HOST}/flowise:3.1.4", f"{HOST}/flowise:3.1.4"),
        ("gcr.io/a/b:1", "gcr.io/a/b:1"),
        ("", ""),
    ],
)
def test_an_image_of_a_known_registry_lies_under_the_prefix(cloud: Cloud, reference: str, there: str) -> None:
    assert known(cloud, relocated(reference, HOST, PREFIX)) == there


def test_no_two_registries_share_a_folder() -> None:
    assert len({each.folder for each in UPSTREAMS.values()}) == len(UPSTREAMS)


def test_other_values_of_a_chart_stay(cloud: Cloud) -> None:
    given = {"image": {"keda": {"tag": "2"}}, "replicas": 2}
    told = known(cloud, chart_values("keda", given, HOST, PREFIX))
    assert told["replicas"] == 2
    assert told["image"]["keda"] == {"tag": "2", "registry": f"{OWN}/github"}
    assert told["image"]["webhooks"] == {"registry": f"{OWN}/github"}
    assert given == {"image": {"keda": {"tag": "2"}}, "replicas": 2}


def test_fails_for_a_chart_of_which_nobody_wrote_down_where_its_images_come_from() -> None:
    with pytest.raises(pulumi.RunError, match="the chart redis says"):
        chart_values("redis", {}, HOST, PREFIX)


def test_every_container_of_a_pod_is_moved(cloud: Cloud) -> None:
    containers = [{"image": "a/b:1", "env": [{"name": "image"}]}]
    spec = {"template": {"spec": {"containers": containers, "init_containers": [{"image": "quay.io/c:1"}]}}}
    pod = known(cloud, pod_images(spec, HOST, PREFIX))["template"]["spec"]
    assert pod["containers"] == [{"image": f"{OWN}/docker/a/b:1", "env": [{"name": "image"}]}]
    assert pod["init_containers"] == [{"image": f"{OWN}/quay/c:1"}]


def test_fails_for_a_container_that_hides_its_image() -> None:
    with pytest.raises(pulumi.RunError, match="dictionary for ContainerArgs"):
        pod_images({"containers": [k8s.core.v1.ContainerArgs(name="a", image="redis:8")]}, HOST, PREFIX)
