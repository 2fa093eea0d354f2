"""What prod's servers are, by its committed file."""

from testing.program import run


def test_prod_has_three_servers_on_port_3000_with_requests_and_limits_above_what_was_asked_for() -> None:
    spec = run("prod").cloud.named("app-server-pods").inputs["spec"]
    assert spec["replicas"] == 3
    (server,) = spec["template"]["spec"]["containers"]
    # the other one is what probes and Prometheus ask
    assert [each["containerPort"] for each in server["ports"]] == [3000, 3001]
    assert server["resources"] == {
        "requests": {"cpu": "1000m", "memory": "2048Mi"},
        "limits": {"memory": "4096Mi"},
    }
