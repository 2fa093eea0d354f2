import ipaddress
from collections.abc import Sequence

import pytest

from components.flowise_service.environment import ENCRYPTION_KEY, environment
from components.flowise_service.settings import ServiceSettings
from components.shared.external_secrets import Parameter, SecretField, Source
from components.shared.references import CacheRef, DatabaseRef
from components.web_service.environment import EnvVar, plain, secret

# an Output of plain values wants an event loop too
pytestmark = pytest.mark.usefixtures("cloud")

KEPT = SecretField(arn="arn:kept", version_id="v1", field="f")


def planned(
    domain: str | None = None, token: Source | None = None, embed_origins: Sequence[str] = (), **settings: object
) -> list[EnvVar]:
    return list(
        environment(
            ServiceSettings.model_validate(settings),
            database=DatabaseRef(address="db", port=5432, name="flowise", username="u", password=KEPT, certificates=""),
            cache=CacheRef(address="cache", port=6379, username="flowise", password=KEPT),
            bucket="b",
            region="eu-west-1",
            site_domain=domain,
            encryption_key=KEPT,
            databricks_token=token,
            extra={"SMTP_PASSWORD": Parameter(name="/smtp", version=3)} if "environment" in settings else {},
            embed_origins=embed_origins,
        )
    )


def table(
    domain: str | None = None, token: Source | None = None, embed_origins: Sequence[str] = (), **settings: object
) -> dict[str, EnvVar]:
    found = planned(domain, token, embed_origins, **settings)
    assert len({row.name for row in found}) == len(found)
    return {row.name: row for row in found}


def test_the_heap_is_three_quarters_of_the_limit() -> None:
    assert "--max-old-space-size=3072" in str(table(memory_limit_mib=4096)["NODE_OPTIONS"].value)


def test_only_queue_mode_knows_the_cache() -> None:
    assert "REDIS_HOST" not in table()
    assert table(mode="queue")["REDIS_TLS"].value == "true"


def test_the_queue_does_not_go_by_a_url_for_which_tls_is_not_verified() -> None:
    assert "REDIS_URL" not in table(mode="queue")


def test_passwords_and_keys_go_by_a_secret() -> None:
    databricks = {"url": "https://dbc-1.cloud.databricks.com", "token_secret_name": "t"}
    found = planned(token=KEPT, mode="queue", databricks=databricks)
    kept = {ENCRYPTION_KEY, "DATABASE_PASSWORD", "DATABRICKS_TOKEN", "REDIS_PASSWORD"}
    assert set(secret(found)) == kept
    assert not kept & set(plain(found))
    assert plain(found)["DATABRICKS_URL"] == databricks["url"]


def test_the_database_is_verified() -> None:
    found = table()
    assert found["DATABASE_SSL"].value == "true"
    assert found["NODE_EXTRA_CA_CERTS"].value == "/etc/flowise/rds-ca.pem"


def test_nobody_registers_beside_the_owner() -> None:
    assert "/api/v1/account/register" in str(table()["DENYLIST_URLS"].value).split(",")


def test_nodes_that_steer_a_browser_are_no_kind_of_node() -> None:
    assert table()["DISABLED_NODES"].value == "playwrightWebScraper,puppeteerWebScraper"
    assert table(disabled_nodes=[])["DISABLED_NODES"].value == ""


def test_flows_may_not_ask_what_flowises_own_list_leaves_out() -> None:
    denied = [ipaddress.ip_network(each) for each in str(table()["HTTP_DENY_LIST"].value).split(",")]
    for address in ("192.0.0.192", "100.100.100.200", "168.63.129.16", "198.18.0.1", "64:ff9b::a00:1", "2002:a00:1::1"):
        assert any(ipaddress.ip_address(address) in each for each in denied), address
    assert not any(ipaddress.ip_address(address) in each for each in denied for address in ("1.1.1.1", "2606:4700::1"))


def test_two_proxies_are_believed_and_no_more() -> None:
    assert table()["TRUST_PROXY"].value == "2"


def test_a_log_path_is_given_for_the_package_is_read_only() -> None:
    assert str(table()["LOG_PATH"].value).startswith("/home/node/.flowise")


def test_finished_jobs_do_not_stay_for_ever() -> None:
    found = table(mode="queue")
    assert (found["REMOVE_ON_AGE"].value, found["REMOVE_ON_COUNT"].value) == ("86400", "10000")
    assert found["WORKER_CONCURRENCY"].value == "5"


def test_timeouts_follow_from_the_longest_answer() -> None:
    found = table(max_answer_seconds=100)
    assert (found["KEEP_ALIVE_SECONDS"].value, found["DRAIN_SECONDS"].value) == ("110", "100")


def test_sites_that_embed_are_named_one_by_one() -> None:
    assert "CORS_ORIGINS" not in table()
    found = table(embed_origins=["https://www.example.com", "https://shop.example.com"])
    assert found["CORS_ORIGINS"].value == "https://www.example.com,https://shop.example.com"
    assert found["IFRAME_ORIGINS"].value == "'self',https://www.example.com,https://shop.example.com"


def test_scripts_run_in_pods_where_asked_for_alone() -> None:
    assert {name: each.value for name, each in table().items() if name.startswith("CUSTOM_MCP_")} == {
        "CUSTOM_MCP_PROTOCOL": "sse"
    }
    found = table(custom_mcp_scripts=["/opt/one.js", "/opt/two.mjs"])
    assert {name: each.value for name, each in found.items() if name.startswith("CUSTOM_MCP_")} == {
        "CUSTOM_MCP_PROTOCOL": "stdio",
        "CUSTOM_MCP_ALLOWED_COMMANDS": "node",
        "CUSTOM_MCP_ALLOWED_ABSOLUTE_SCRIPT_PATHS": "/opt/one.js,/opt/two.mjs",
    }


def test_further_variables_are_told_by_value_or_by_place() -> None:
    variables = {"SMTP_HOST": {"value": "smtp.example.com"}, "SMTP_PASSWORD": {"parameter_name": "/smtp"}}
    found = planned(environment=variables)
    assert plain(found)["SMTP_HOST"] == "smtp.example.com"
    assert secret(found)["SMTP_PASSWORD"] == Parameter(name="/smtp", version=3)
