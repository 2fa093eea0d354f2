from components.eks_cluster.kubeconfig import kubeconfig


def test_it_holds_no_credential_but_asks_for_one() -> None:
    config = kubeconfig(cluster_name="c", endpoint="https://e", certificate_authority="Q0E=", region="eu-west-1")
    assert list(config["users"][0]["user"]) == ["exec"]
    assert config["users"][0]["user"]["exec"]["args"] == [
        "eks", "get-token", "--cluster-name", "c", "--region", "eu-west-1", "--output", "json",
    ]  # fmt: skip


def test_the_current_context_names_the_cluster_and_the_user() -> None:
    config = kubeconfig(cluster_name="c", endpoint="https://e", certificate_authority="Q0E=", region="eu-west-1")
    (context,) = config["contexts"]
    assert context["name"] == config["current-context"]
    assert context["context"] == {"cluster": config["clusters"][0]["name"], "user": config["users"][0]["name"]}
    assert config["clusters"][0]["cluster"] == {"server": "https://e", "certificate-authority-data": "Q0E="}
