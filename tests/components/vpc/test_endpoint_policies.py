"""What the S3 gateway endpoint lets through, against the tables of those who serve images."""

from typing import get_args

import pytest

from components.config.regions import Region
from components.vpc.endpoint_policies import feeding_buckets

# registry.k8s.io, cmd/archeio/internal/app/buckets.go at 093d55a (August 2026), for the regions that a stack may name:
# the host of awsRegionToHostURL up to its first dot
REGISTRY_K8S_IO = {
    "af-south-1": "prod-registry-k8s-io-af-south-1",
    "ap-east-1": "prod-registry-k8s-io-ap-east-1",
    "ap-northeast-1": "prod-registry-k8s-io-ap-northeast-1",
    "ap-northeast-2": "prod-registry-k8s-io-ap-northeast-2",
    "ap-northeast-3": "prod-registry-k8s-io-ap-northeast-3",
    "ap-south-1": "prod-registry-k8s-io-ap-south-1",
    "ap-south-2": "prod-registry-k8s-io-ap-south-2",
    "ap-southeast-1": "prod-registry-k8s-io-ap-southeast-1",
    "ap-southeast-2": "prod-registry-k8s-io-ap-southeast-2",
    "ap-southeast-3": "prod-registry-k8s-io-ap-southeast-3",
    "ap-southeast-4": "prod-registry-k8s-io-ap-southeast-4",
    "ca-central-1": "prod-registry-k8s-io-ca-central-1",
    "eu-central-1": "prod-registry-k8s-io-eu-central-1",
    "eu-central-2": "prod-registry-k8s-io-eu-central-2",
    "eu-north-1": "prod-registry-k8s-io-eu-north-1",
    "eu-south-1": "prod-registry-k8s-io-eu-south-1",
    "eu-south-2": "prod-registry-k8s-io-eu-south-2",
    "eu-west-1": "prod-registry-k8s-io-eu-west-1",
    "eu-west-2": "767373bbdcb8270361b96548387bf2a9ad0d48758c35-eu-west-2",
    "eu-west-3": "prod-registry-k8s-io-eu-west-3",
    "me-central-1": "prod-registry-k8s-io-me-central-1",
    # of another region: over the NAT gateway, past the endpoint
    "me-south-1": "prod-registry-k8s-io-me-central-1",
    "sa-east-1": "prod-registry-k8s-io-sa-east-1",
    "us-east-1": "prod-registry-k8s-io-us-east-1",
    "us-east-2": "prod-registry-k8s-io-us-east-2",
    "us-west-1": "prod-registry-k8s-io-us-west-1",
    "us-west-2": "prod-registry-k8s-io-us-west-2",
}


def test_every_region_of_a_stack_is_in_the_table() -> None:
    assert set(REGISTRY_K8S_IO) == set(get_args(Region))


@pytest.mark.parametrize("region", REGISTRY_K8S_IO)
def test_layers_of_registry_k8s_io_come_through_the_regions_endpoint(region: str) -> None:
    bucket = REGISTRY_K8S_IO[region]
    assert bucket in feeding_buckets(region) or not bucket.endswith(region)


def test_layers_of_ecr_and_packages_come_through() -> None:
    assert {"prod-eu-west-1-starport-layer-bucket", "al2023-repos-eu-west-1-de612dc2"} <= set(
        feeding_buckets("eu-west-1")
    )


def test_other_registries_keep_layers_in_one_region() -> None:
    others = {"quayio-production-s3", "docker-images-prod"}
    assert others <= set(feeding_buckets("us-east-1"))
    assert not others & set(feeding_buckets("eu-west-1"))
