import json
from typing import Any

from components.shared.telemetry import TOKENS_FOLDER, AgentEndpoint, agent_annotations


def instances(*endpoints: AgentEndpoint) -> list[dict[str, Any]]:
    told = agent_annotations(endpoints, container="web", prefix="orders")
    found: list[dict[str, Any]] = json.loads(told["ad.datadoghq.com/web.checks"])["openmetrics"]["instances"]
    return found


def test_agents_are_told_which_ports_to_read() -> None:
    (probes,) = instances(AgentEndpoint(3001))
    assert probes == {"openmetrics_endpoint": "http://%%host%%:3001/metrics", "namespace": "orders", "metrics": [".+"]}


def test_what_wants_a_token_is_read_with_the_file_that_holds_it() -> None:
    _, own = instances(AgentEndpoint(3001), AgentEndpoint(3000, "/internal/metrics", "orders"))
    assert own["openmetrics_endpoint"] == "http://%%host%%:3000/internal/metrics"
    assert own["auth_token"]["reader"] == {"type": "file", "path": f"{TOKENS_FOLDER}/orders"}
    assert own["auth_token"]["writer"]["value"] == "Bearer <TOKEN>"
