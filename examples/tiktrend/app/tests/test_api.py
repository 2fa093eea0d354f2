"""What the API answers."""

import json
from typing import Any

import pytest
import redis
from fastapi.testclient import TestClient
from sqlalchemy import text
from tiktrend import api, cache, database, worker

from tests.conftest import LAMP, SHOE, Index


def value(client: TestClient, name: str) -> float:
    lines = client.get("/metrics").text.splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name))


def test_it_is_well_while_its_database_answers(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (client.get("/health").status_code, client.get("/health").json()) == (200, {"status": "ok"})
    monkeypatch.setattr(database, "answers", lambda: False)
    assert client.get("/health").status_code == 503
    # a restart would not bring the database back
    assert client.get("/health/live").status_code == 200


def test_the_database_is_asked_and_not_believed(engine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert database.answers()
    monkeypatch.setattr(engine, "connect", lambda: 1 / 0)
    assert not database.answers()


def test_products_are_found_by_the_engine_and_kept_for_seconds(client: TestClient, index: Index) -> None:
    database.keep("moda", [SHOE, LAMP])
    index.documents = {1: {"id": 1, "name": "Red Shoe"}}
    answer = client.get("/api/products?q=%20Shoe").json()
    assert (answer["found_by"], [each["name"] for each in answer["products"]]) == ("search", ["Red Shoe"])
    assert client.get("/api/products?q=shoe").json() == answer
    assert index.asked == 1


def test_without_the_engine_the_database_answers_and_nobody_asks_any_more(client: TestClient, index: Index) -> None:
    database.keep("moda", [SHOE, LAMP])
    index.away = ConnectionError("no key in here")
    for words in ("red", "shoe", "red shoe"):
        answer = client.get("/api/products", params={"q": words}).json()
        assert (answer["found_by"], [each["name"] for each in answer["products"]]) == ("database", ["Red Shoe"])
    # two failures opened the breaker
    assert index.asked == 2
    assert value(client, 'circuit_breaker_open{breaker="search"}') == 1
    assert value(client, "searches_degraded_total") >= 3


def test_without_redis_products_are_found_all_the_same(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    class Away:
        def __getattr__(self, name: str) -> Any:
            raise redis.ConnectionError

    monkeypatch.setattr(cache, "client", Away)
    assert client.get("/api/products").status_code == 200
    assert "queue_length" not in client.get("/metrics").text


@pytest.mark.parametrize("query", ["limit=0", "limit=51", f"q={'a' * 101}"])
def test_a_question_that_is_too_much_is_refused(client: TestClient, query: str) -> None:
    assert client.get(f"/api/products?{query}").status_code == 422


def test_who_has_no_session_keeps_nothing(client: TestClient) -> None:
    assert client.get("/api/favorites").status_code == 401
    assert client.post("/api/favorites", json={"product_id": 1}).status_code == 401
    assert client.post("/api/scrapes", json={"store": "moda"}).status_code == 401


def test_a_session_ends(ana: TestClient) -> None:
    assert ana.get("/api/session").json() == {"name": "ana"}
    assert ana.delete("/api/session").status_code == 204
    assert ana.get("/api/session").status_code == 401


def test_a_cookie_is_out_of_a_script_s_reach_and_goes_over_tls_alone(client: TestClient) -> None:
    client.base_url = "https://testserver"  # type: ignore[assignment] # it takes a text
    cookie = client.post("/api/session", json={"name": "ana"}).headers["set-cookie"]
    assert {"HttpOnly", "Secure", "SameSite=lax"} <= set(cookie.split("; "))


def test_a_favourite_is_kept_once_and_forgotten(ana: TestClient) -> None:
    (shoe,) = database.keep("moda", [SHOE])
    before = value(ana, "favorites_created_total")
    asked = {"product_id": shoe["id"]}
    assert [ana.post("/api/favorites", json=asked).status_code for _ in range(2)] == [201, 200]
    assert value(ana, "favorites_created_total") == before + 1
    assert [each["name"] for each in ana.get("/api/favorites").json()["products"]] == ["Red Shoe"]
    assert ana.delete(f"/api/favorites/{shoe['id']}").status_code == 204
    assert ana.get("/api/favorites").json()["products"] == []
    assert ana.post("/api/favorites", json={"product_id": 99}).status_code == 404


def test_a_store_that_there_is_is_scraped_by_a_job(ana: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    handed: list[str] = []
    monkeypatch.setattr(worker.scrape, "delay", lambda store: handed.append(store) or type("Job", (), {"id": "j1"}))
    assert ana.post("/api/scrapes", json={"store": "moda"}).json() == {"job": "j1"}
    assert ana.post("/api/scrapes", json={"store": "nowhere"}).status_code == 404
    assert handed == ["moda"]


def test_an_address_that_asks_too_much_waits(client: TestClient, redis: Any) -> None:
    assert client.get("/api/products").status_code == 200
    (key,) = redis.keys("requests:192.0.2.7:*")
    assert 0 < redis.ttl(key) <= 120
    redis.set(key, 1000)
    refused = client.get("/api/products")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
    # who looks whether it is well is not counted
    assert client.get("/health").status_code == 200


def test_figures_tell_route_code_and_seconds_and_what_waits(client: TestClient, redis: Any) -> None:
    client.get("/api/products")
    client.get("/api/nothing")
    redis.rpush("tasks", "job", "job")
    cache.sing()
    told = client.get("/metrics").text
    assert 'http_request_duration_seconds_bucket{code="200",le="0.2",method="GET",route="/api/products"}' in told
    assert 'route="none"' in told
    assert 'queue_length{queue="tasks"} 2.0' in told
    assert value(client, "canary_age_seconds") < 60
    assert value(client, "http_requests_in_progress") == 1


def test_every_request_is_a_line_of_json_with_a_number(client: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    number = client.get("/api/products", headers={"traceparent": "junk"}).headers["x-request-id"]
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (line,) = [each for each in lines if each.get("request_id") == number]
    assert (line["message"], line["level"], line["path"], line["status"]) == ("request", "info", "/api/products", 200)


def test_what_fails_is_answered_by_500_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "answers", lambda: 1 / 0)
    with TestClient(api.app, raise_server_exceptions=False) as client:
        assert client.get("/health").status_code == 500
        assert 'code="500",le="+Inf",method="GET",route="/health"' in client.get("/metrics").text


def test_all_that_is_kept_beside_jobs_expires(ana: TestClient, redis: Any) -> None:
    ana.get("/api/products")
    cache.sing()
    assert len(redis.keys()) >= 4
    assert [key for key in redis.scan_iter() if redis.ttl(key) < 0] == []


def test_the_tables_are_as_the_program_thinks(engine: Any) -> None:
    with engine.connect() as connection:
        columns = {row[1] for row in connection.execute(text("PRAGMA table_info(products)"))}
    assert columns == {column.name for column in database.Product.__table__.columns}
