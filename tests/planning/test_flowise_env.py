import pytest

from components.planning.flowise_env import GENERATED, Cache, Database, Row, rows
from components.settings import ServiceSettings

# an Output of plain values wants an event loop too
pytestmark = pytest.mark.usefixtures("cloud")


def table(domain: str | None = None, token: str | None = None, **settings: object) -> dict[str, Row]:
    planned = rows(
        ServiceSettings.model_validate(settings),
        database=Database(address="db", port=5432, name="flowise", username="u", password="p"),
        cache=Cache(address="cache", port=6379, username="flowise", password="t"),
        bucket="b",
        region="eu-west-1",
        site_domain=domain,
        generated=dict.fromkeys(GENERATED, "k"),
        databricks_token=token,
    )
    assert len({row.name for row in planned}) == len(planned)
    return {row.name: row for row in planned}


def test_the_heap_is_three_quarters_of_the_limit() -> None:
    assert "--max-old-space-size=3072" in str(table(memory_limit_mib=4096)["NODE_OPTIONS"].value)


def test_only_queue_mode_knows_the_cache() -> None:
    assert "REDIS_HOST" not in table()
    assert table(mode="queue")["REDIS_TLS"].value == "true"


def test_passwords_and_keys_are_secret() -> None:
    databricks = {"url": "https://dbc-1.cloud.databricks.com", "token_secret_name": "t"}
    assert {name for name, row in table(token="x", mode="queue", databricks=databricks).items() if row.secret} == {
        *GENERATED, "DATABASE_PASSWORD", "DATABRICKS_TOKEN", "REDIS_PASSWORD",
    }  # fmt: skip
