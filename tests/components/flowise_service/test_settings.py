"""Wrong settings of Flowise, and the sentence that each gets."""

import json
from collections.abc import Iterator
from typing import Any

import pulumi
import pytest
from pulumi.runtime import config as runtime_config

from components.config.loading import SettingsError, load
from components.flowise_service.settings import ServiceSettings
from stack import StackSettings
from tests.samples import DEV, PROD, changed

SMALL: dict[str, Any] = {**DEV, "database": {"instance_class": "db.t4g.micro"}}
IMAGE = "flowiseai/flowise:3.1.4"
COLOURS = {"active": "blue", "blue_image": IMAGE, "green_image": IMAGE}
QUEUE = {"mode": "queue"}
# a stack, what is wrong in its `service`, and every line that is said (without `flowise:`)
REFUSALS: list[tuple[dict[str, Any], dict[str, Any], list[str]]] = [
    (
        DEV,
        {"replicas_min": 2, "replicas_max": 2},
        ["service.replicas_max: must be 1 in mode main, got 2: write 1, or set service.mode to queue"],
    ),
    (
        DEV,
        {"mode": "queue", "replicas_min": 4, "replicas_max": 2},
        ["service.replicas_max: must not be below replicas_min, got 2: write 4 or more"],
    ),
    (
        DEV,
        {"mode": "queue", "worker_replicas_min": 4, "worker_replicas_max": 2},
        ["service.worker_replicas_max: must not be below worker_replicas_min, got 2: write 4 or more"],
    ),
    (DEV, {"mode": "cluster"}, ["service.mode: must be 'main' or 'queue', got \"cluster\": write one of them"]),
    (
        DEV,
        {"image": "flowiseai/flowise:latest"},
        [
            'service.image: is not of the right form, got "flowiseai/flowise:latest": write, for example, flowiseai/flowise:3.1.4'
        ],
    ),
    (
        DEV,
        {"image": "flowiseai/flowise"},
        [
            'service.image: is not of the right form, got "flowiseai/flowise": write, for example, flowiseai/flowise:3.1.4'
        ],
    ),
    (
        DEV,
        {"image": "flowiseai/flowise:3.1.3"},
        [
            'service.image: must be version 3.1.4 or later, older ones have published holes, one of which needs no login (CVE-2026-91937), got "flowiseai/flowise:3.1.3": write flowiseai/flowise:3.1.4, which is the last'
        ],
    ),
    (
        DEV,
        {"image": "flowiseai/flowise:3.1.4@sha256:abc"},
        [
            'service.image: is not of the right form, got "flowiseai/flowise:3.1.4@sha256:abc": write, for example, flowiseai/flowise:3.1.4'
        ],
    ),
    (
        PROD,
        {"image": "flowiseai/flowise:3.1.4"},
        [
            'service.image: must be given with @sha256:... in prod, got "flowiseai/flowise:3.1.4": write what docs/settings.md shows'
        ],
    ),
    (DEV, {"max_answer_seconds": 121}, ["service.max_answer_seconds: must be at most 120, got 121: write 120 or less"]),
    (DEV, {"max_answer_seconds": 0}, ["service.max_answer_seconds: must be at least 1, got 0: write 1 or more"]),
    (DEV, {"memory_limit_mib": 512}, ["service.memory_limit_mib: must be at least 1024, got 512: write 1024 or more"]),
    (
        DEV,
        {"memory_request_mib": 4096, "memory_limit_mib": 2048},
        ["service.memory_limit_mib: must not be below memory_request_mib, got 2048: write 4096 or more"],
    ),
    (
        DEV,
        {"cpu_request_millicores": 2000, "cpu_limit_millicores": 1000},
        ["service.cpu_limit_millicores: must not be below cpu_request_millicores, got 1000: write 2000 or more"],
    ),
    (
        DEV,
        {"cpu_request_millicores": 3000},
        [
            "service.cpu_request_millicores: does not fit on a node of cluster.app_nodes, which has 1700 for pods, got 3000: lower it, or choose larger instance_types"
        ],
    ),
    (
        DEV,
        {"memory_request_mib": 8192, "memory_limit_mib": 8192},
        [
            "service.memory_request_mib: does not fit on a node of cluster.app_nodes, which has 6963 for pods, got 8192: lower it, or choose larger instance_types"
        ],
    ),
    (
        DEV,
        {"mode": "queue", "replicas_min": 2, "replicas_max": 40},
        [
            'database.instance_class: has room for 395 connections, and Flowise\'s pods may open 1055, got "db.t4g.medium": choose a larger one, set database.proxy to true, or lower service.replicas_max or worker_replicas_max',
            "cluster.app_nodes.max_size: nodes have room for 12 of Flowise's pods by cpu_request_millicores, and there may be 53, got 4: raise it, choose larger instance_types, or set cluster.karpenter",
            "cluster.app_nodes.max_size: nodes have room for 24 of Flowise's pods by memory_request_mib, and there may be 53, got 4: raise it, choose larger instance_types, or set cluster.karpenter",
        ],
    ),
    (
        SMALL,
        {"mode": "queue", "replicas_max": 4, "worker_replicas_max": 4},
        [
            'database.instance_class: has room for 91 connections, and Flowise\'s pods may open 208, got "db.t4g.micro": choose a larger one, set database.proxy to true, or lower service.replicas_max or worker_replicas_max'
        ],
    ),
    (
        DEV,
        {"worker_concurrency": 100000},
        ["service.worker_concurrency: must be at most 100, got 100000: write 100 or less"],
    ),
    (
        DEV,
        {"worker_scaling": "keda"},
        ["service.worker_scaling: must be 'queue_length' or 'cpu', got \"keda\": write one of them"],
    ),
    (
        DEV,
        {"owner_email": "owner"},
        ['service.owner_email: is not of the right form, got "owner": write, for example, owner@example.com'],
    ),
    (
        DEV,
        {"custom_mcp_scripts": ["/opt/one.js,/opt/two.js"]},
        [
            'service.custom_mcp_scripts[0]: is not of the right form, got "/opt/one.js,/opt/two.js": write, for example, '
            "/usr/local/lib/node_modules/flowise/node_modules/@modelcontextprotocol/server-sequential-thinking/dist/index.js"
        ],
    ),
    (
        DEV,
        {"bedrock_model_arns": ["arn:aws:bedrock:eu-west-1::foundation-model/*"]},
        [
            'service.bedrock_model_arns[0]: is not of the right form, got "arn:aws:bedrock:eu-west-1::foundation-model/*": write, for example, arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-lite-v1:0'
        ],
    ),
    (
        DEV,
        {"environment": {"REDIS_URL": {"value": "rediss://cache"}}},
        [
            'service.environment.REDIS_URL: is set by the program, got "REDIS_URL": remove it, and use the setting that drives it'
        ],
    ),
    (
        DEV,
        {"environment": {"HTTP_SECURITY_CHECK": {"value": "false"}}},
        [
            'service.environment.HTTP_SECURITY_CHECK: would lower one of Flowise\'s guards, got "HTTP_SECURITY_CHECK": remove it'
        ],
    ),
    *(
        (
            DEV,
            {"environment": {name: {"value": "true"}}},
            [f'service.environment.{name}: {said}, got "{name}": remove it'],
        )
        for name, said in (
            (
                "ALLOW_BUILTIN_DEP",
                "lets code of flows load modules that lead out of its sandbox (CVE-2026-119978)",
            ),
            (
                "ENABLE_BULLMQ_DASHBOARD",
                "gives the queue board to everybody who has logged in (CVE-2026-100608)",
            ),
            (
                "FLOWISE_EE_LICENSE_KEY",
                "turns on the Enterprise edition, whose sign-in takes over accounts by their e-mail "
                "(CVE-2026-100606, -100607)",
            ),
        )
    ),
    *(
        (
            DEV,
            {"denied_addresses": ["10.0.0.0/8", wrong]},
            [f'service.denied_addresses: is no address or range, got "{wrong}": write one such as 100.64.0.0/10'],
        )
        for wrong in ("100.64.0.0/33", "300.1.1.1", "::1::")
    ),
    (
        DEV,
        {"disabled_nodes": ["a,b"]},
        ['service.disabled_nodes[0]: is not of the right form, got "a,b": write, for example, customFunction'],
    ),
    *(
        (
            DEV,
            {"environment": {name: {"value": "a"}}},
            [
                f'service.environment.{name}: is set by the program, got "{name}": remove it, and use the setting that '
                "drives it"
            ],
        )
        for name in ("DISABLED_NODES", "HTTP_DENY_LIST")
    ),
    (
        DEV,
        {"open_features": ["everything"]},
        [
            "service.open_features[0]: must be 'assistant_files', 'custom_mcp', 'oauth2_connections', "
            "'public_executions' or 'speech', got \"everything\": write one of them"
        ],
    ),
    (
        DEV,
        {"environment": {"NUMBER_OF_PROXIES": {"value": "2"}}},
        ['service.environment.NUMBER_OF_PROXIES: is read by nobody in Flowise 3.1, got "NUMBER_OF_PROXIES": remove it'],
    ),
    (
        DEV,
        {"environment": {"SMTP_HOST": {}}},
        [
            "service.environment.SMTP_HOST.value: or another source must be given, one alone, got []: write one of value, secret_name, parameter_name"
        ],
    ),
    (
        DEV,
        {"environment": {"SMTP_HOST": {"value": "a", "secret_name": "b"}}},
        [
            'service.environment.SMTP_HOST.value: or another source must be given, one alone, got ["value", "secret_name"]: write one of value, secret_name, parameter_name'
        ],
    ),
    (
        DEV,
        {"environment": {"SMTP_HOST": {"value": "a", "secret_field": "b"}}},
        [
            "service.environment.SMTP_HOST.secret_field: is of a secret, got a value not shown here: name the secret in secret_name"
        ],
    ),
    (
        DEV,
        {"environment": {"smtp": {"value": "a"}}},
        ['service.environment.smtp: is not of the right form for a key, got "smtp": write, for example, SMTP_HOST'],
    ),
    (DEV, {"blue_green": COLOURS}, ['service.mode: must be queue with blue_green, got "main": write queue']),
    (
        DEV,
        {
            "mode": "queue",
            "blue_green": {
                "active": "red",
                "blue_image": "flowiseai/flowise:3.1.4",
                "green_image": "flowiseai/flowise:3.1.4",
            },
        },
        ["service.blue_green.active: must be 'blue' or 'green', got \"red\": write one of them"],
    ),
    (
        DEV,
        {
            "mode": "queue",
            "blue_green": {
                "active": "blue",
                "blue_image": "flowiseai/flowise:3.1.4",
                "green_image": "flowiseai/flowise:3.0.0",
            },
        },
        [
            'service.blue_green.green_image: must be version 3.1.4 or later, older ones have published holes, one of which needs no login (CVE-2026-91937), got "flowiseai/flowise:3.0.0": write flowiseai/flowise:3.1.4, which is the last'
        ],
    ),
    (
        DEV,
        {"databricks": {"url": "http://dbc-1.cloud.databricks.com", "token_secret_name": "t"}},
        [
            'service.databricks.url: is not of the right form, got "http://dbc-1.cloud.databricks.com": write, for example, https://dbc-12345678-90ab.cloud.databricks.com'
        ],
    ),
    (
        DEV,
        {"databricks": {"url": "https://dbc-1.cloud.databricks.com", "token": "t"}},
        [
            "service.databricks.token_secret_name: is required, got nothing: write, for example, flowise/databricks-token",
            "service.databricks.token: is not a known key, got a value not shown here: remove it, or write one of serving_endpoints, token_secret_name, url",
        ],
    ),
    (
        DEV,
        {"log_level": "verbose"},
        ["service.log_level: must be 'error', 'warn', 'info' or 'debug', got \"verbose\": write one of them"],
    ),
    (
        DEV,
        {"flow_costs": {"budget": {"usd_per_30_days": 100}}},
        [
            "service.flow_costs.prices: must be given where a budget is in USD, got {}: give the price of each model",
        ],
    ),
    (
        DEV,
        {"flow_costs": {"counted": False, "budget": {"tokens_per_day": 100}}},
        ["service.flow_costs.counted: must be true with prices or budgets, got false: write true, or remove those"],
    ),
    (
        DEV,
        {"flow_costs": {"budget": {"tokens_per_day": "many"}}},
        [
            'service.flow_costs.budget.tokens_per_day: must be a whole number, got "many": write a whole number, without quotes'
        ],
    ),
    (
        DEV,
        {"flow_costs": {"flow_budgets": {"my-flow": {"tokens_per_day": 100}}}},
        [
            'service.flow_costs.flow_budgets.my-flow: is not of the right form for a key, got "my-flow": write, for example, 3f2c0a44-9a1e-4c55-8f5e-0d2f6b7a1c9d'
        ],
    ),
    (
        DEV,
        {
            "flow_costs": {
                "prices": {"gpt": {"input_usd_per_million": 1, "output_usd_per_million": 2}},
                "flow_budgets": {"3f2c0a44-9a1e-4c55-8f5e-0d2f6b7a1c9d": {"usd_per_30_days": 5}},
            }
        },
        [
            "monitoring.prometheus_retention_days: must be at least 30 where service.flow_costs has a budget in USD, got 7: "
            "write 30 or more, or give the budget in tokens_per_day"
        ],
    ),
    (DEV, {"replica_count": 3}, ["service.replica_count: is not a known key, got 3: did you mean replicas_min?"]),
]


@pytest.fixture
def refused() -> Iterator[Any]:
    """Give a function that loads a stack, and what it is told."""

    def told(values: dict[str, Any]) -> list[str]:
        named = {"aws:region" if key == "region" else f"flowise:{key}": value for key, value in values.items()}
        texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in named.items()}
        pulumi.runtime.set_all_config(texts)
        with pytest.raises(SettingsError) as error:
            load(StackSettings, "flowise")
        return [line.strip().removeprefix("flowise:") for line in str(error.value).splitlines()[1:]]

    before = runtime_config.CONFIG.get()
    yield told
    runtime_config.CONFIG.set(before)


@pytest.mark.parametrize(("base", "service", "lines"), REFUSALS, ids=[str(row[1]) for row in REFUSALS])
def test_what_is_wrong_is_said_once_and_clearly(
    refused: Any, base: dict[str, Any], service: dict[str, Any], lines: list[str]
) -> None:
    assert refused(changed(base, service=service)) == lines


def test_a_proxy_shares_out_connections(refused: Any) -> None:
    pooled = {**SMALL, "database": {**SMALL["database"], "proxy": True}}
    lines = refused(changed(pooled, service={"replicas_max": 4, "worker_replicas_max": 4}))
    assert [line.partition(":")[0] for line in lines] == ["service.replicas_max"]


def test_a_release_of_each_colour_counts() -> None:
    one = ServiceSettings.model_validate({**QUEUE, "replicas_max": 3, "worker_replicas_max": 4})
    two = ServiceSettings.model_validate({**QUEUE, "replicas_max": 3, "worker_replicas_max": 4, "blue_green": COLOURS})
    assert (one.most_at_work(), two.most_at_work()) == (9, 18)
    # 3 servers and 4 workers more, which may still be ending
    assert (one.most_pods(), two.most_pods()) == (16, 32)
    assert (one.most_connections(), two.most_connections()) == (186, 372)
