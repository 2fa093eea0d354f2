from typing import get_args

import pytest

from components.eks_cluster.addons import ADDONS, addon_version
from components.eks_cluster.settings import ClusterSettings


@pytest.mark.parametrize("version", get_args(ClusterSettings.model_fields["kubernetes_version"].annotation))
def test_every_accepted_kubernetes_version_has_every_addon(version: str) -> None:
    assert all(addon_version(version, addon).startswith("v") for addon in ADDONS)


@pytest.mark.parametrize("version", ["1.35", "1.36"])
def test_kube_proxy_is_of_the_clusters_minor_version(version: str) -> None:
    assert addon_version(version, "kube-proxy").startswith(f"v{version}.")


def test_fails_on_a_version_without_pins() -> None:
    with pytest.raises(ValueError, match=r"no add-ons are pinned for Kubernetes 1\.20: add a row"):
        addon_version("1.20", "coredns")
