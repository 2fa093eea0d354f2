"""The application on SQLite and a Redis in memory; tests/live of the repository has the real ones."""

import os
from collections.abc import Iterator
from typing import Any

os.environ.update(
    DATABASE_USER="u", DATABASE_PASSWORD="p", DATABASE_HOST="127.0.0.1", DATABASE_NAME="t", REDIS_HOST="127.0.0.1",
    SEARCH_URL="http://127.0.0.1:1", SEARCH_KEY="k", REQUESTS_PER_MINUTE="1000",
    STORES='{"moda": "https://moda.example.com/products", "casa": "https://casa.example.com/products"}',
)  # fmt: skip

import fakeredis
import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool
from tiktrend import api, cache, database, migrate, scraping, search
from tiktrend.breaker import Breaker

SHOE = {"sku": "a1", "name": "Red Shoe", "price_cents": 4200, "image_url": None}
LAMP = {"sku": "b2", "name": "Lamp", "price_cents": 900, "image_url": "https://cdn.example.com/b2.jpg"}


class Index:
    """As much of the search engine's client as is used; `away` is what it raises."""

    def __init__(self) -> None:
        self.documents: dict[int, dict[str, Any]] = {}
        self.away: Exception | None = None
        self.asked = 0

    def search(self, words: str, options: dict[str, Any]) -> dict[str, Any]:
        self.asked += 1
        if self.away:
            raise self.away
        hits = [each for each in self.documents.values() if words in each["name"].lower()]
        return {"hits": hits[: options["limit"]]}

    def add_documents(self, documents: list[dict[str, Any]], primary_key: str) -> None:
        if self.away:
            raise self.away
        self.documents.update({each[primary_key]: each for each in documents})


@pytest.fixture(autouse=True)
def engine(monkeypatch: pytest.MonkeyPatch) -> Any:
    made = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    monkeypatch.setattr(database, "engine", lambda: made)
    monkeypatch.setattr(migrate, "engine", lambda: made)
    migrate.migrate("head")
    return made


@pytest.fixture(autouse=True)
def redis(monkeypatch: pytest.MonkeyPatch) -> Any:
    made = fakeredis.FakeRedis(decode_responses=True)
    monkeypatch.setattr(cache, "client", lambda: made)
    return made


@pytest.fixture(autouse=True)
def index(monkeypatch: pytest.MonkeyPatch) -> Index:
    made = Index()
    monkeypatch.setattr(search, "index", lambda: made)
    monkeypatch.setattr(search, "breaker", Breaker("search", failures=2))
    return made


@pytest.fixture
def stores(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What each store's host answers: pages, or a status."""
    answers: dict[str, Any] = {}

    def answer(request: httpx.Request) -> httpx.Response:
        told = answers[request.url.host]
        if isinstance(told, int):
            return httpx.Response(told)
        number = int(request.url.params["page"]) - 1
        return httpx.Response(200, json={"products": told[number] if number < len(told) else []})

    made = httpx.Client(transport=httpx.MockTransport(answer))
    monkeypatch.setattr(scraping, "client", lambda: made)
    scraping.breaker.cache_clear()
    return answers


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(api.app, client=("192.0.2.7", 50000)) as made:
        yield made


@pytest.fixture
def ana(client: TestClient) -> TestClient:
    """Somebody who has a session."""
    assert client.post("/api/session", json={"name": "ana"}).status_code == 201
    return client
