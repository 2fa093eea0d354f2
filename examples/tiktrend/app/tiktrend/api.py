"""The API."""

from collections.abc import Iterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import prometheus_client
from fastapi import Cookie, Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from pydantic import BaseModel, Field

from . import cache, database, search
from .asked import Asked
from .observed import FAVORITES, configure
from .settings import settings

given = settings()
COOKIE = "session"


@asynccontextmanager
async def lifespan(_: FastAPI) -> Any:
    """Begin and end with the process."""
    configure(given.process, given.traces_url)
    yield
    database.engine().dispose()


app = FastAPI(
    title="TikTrend", version="1.0.0", openapi_url="/api/openapi.json", docs_url=None, redoc_url=None, lifespan=lifespan
)
app.add_middleware(Asked, most_per_minute=given.requests_per_minute)


class Backlog(Collector):
    """What waits in the queue, and how long ago a job was done: asked of Redis at each scrape."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield what is known."""
        known = cache.backlog(given.queue)
        if "waiting" in known:
            waiting = GaugeMetricFamily("queue_length", "Jobs that no worker has taken", labels=["queue"])
            waiting.add_metric([given.queue], known["waiting"])
            yield waiting
        if "canary_age" in known:
            yield GaugeMetricFamily("canary_age_seconds", "Seconds since the last canary was done", known["canary_age"])


prometheus_client.REGISTRY.register(Backlog())


class Login(BaseModel):
    """Who begins a session: a name, for this application has no passwords of its own."""

    name: str = Field(min_length=1, max_length=40, pattern=r"^[\w .-]+$")


class Scrape(BaseModel):
    """Which store is scraped."""

    store: str = Field(max_length=31)


class Kept(BaseModel):
    """Which product is kept."""

    product_id: int = Field(ge=1)


def owner(session: Annotated[str, Cookie(alias=COOKIE)] = "") -> str:
    """Return who asks, or refuse."""
    found = cache.owner_of(session)
    if found is None:
        raise HTTPException(401, "begin a session first")
    return found


Owner = Annotated[str, Depends(owner)]


@app.get("/health/live")
def live() -> dict[str, str]:
    """Answer while the process does: with the database away a restart would mend nothing."""
    return {"status": "ok"}


@app.get("/health")
def health() -> JSONResponse:
    """Answer whether requests can be served. Without the search engine they can."""
    if database.answers():
        return JSONResponse({"status": "ok"})
    return JSONResponse({"status": "failing", "failing": ["database"]}, 503)


@app.get("/metrics")
def metrics() -> PlainTextResponse:
    """Answer with figures; the edge lets nobody in here."""
    return PlainTextResponse(prometheus_client.generate_latest(), media_type=prometheus_client.CONTENT_TYPE_LATEST)


@app.post("/api/session", status_code=201)
def begin(login: Login, request: Request, response: Response) -> dict[str, str]:
    """Begin a session."""
    secure = request.url.scheme == "https"
    response.set_cookie(
        COOKIE, cache.begin_session(login.name), cache.SESSION_SECONDS, httponly=True, secure=secure, samesite="lax"
    )
    return {"name": login.name}


@app.get("/api/session")
def whose(name: Owner) -> dict[str, str]:
    """Say whose session it is."""
    return {"name": name}


@app.delete("/api/session", status_code=204)
def end(session: Annotated[str, Cookie(alias=COOKIE)] = "") -> None:
    """End it."""
    cache.end_session(session)


@app.get("/api/products")
def products(
    q: Annotated[str, Query(max_length=100)] = "", limit: Annotated[int, Query(ge=1, le=50)] = 20
) -> dict[str, Any]:
    """Find products."""
    words = " ".join(q.lower().split())
    if (answer := cache.kept(f"{limit}:{words}")) is None:
        hits, found_by = search.found(words, limit)
        answer = {"products": hits, "found_by": found_by}
        cache.remember(f"{limit}:{words}", answer)
    return dict(answer)


@app.post("/api/scrapes", status_code=202)
def scrape(asked: Scrape, _: Owner) -> dict[str, str]:
    """Have a store scraped, sooner than by the hour."""
    from .worker import scrape as job  # noqa: PLC0415 - Celery is wanted here alone

    if asked.store not in given.stores:
        raise HTTPException(404, "there is no such store")
    return {"job": job.delay(asked.store).id}


@app.get("/api/favorites")
def favorites(name: Owner) -> dict[str, Any]:
    """Say what is kept."""
    return {"products": database.favorites(name)}


@app.post("/api/favorites", status_code=201)
def keep(kept: Kept, name: Owner, response: Response) -> dict[str, int]:
    """Keep a product; twice is as once."""
    new = database.add_favorite(name, kept.product_id)
    if new is None:
        raise HTTPException(404, "there is no such product")
    if new:
        FAVORITES.inc()
    else:
        response.status_code = 200
    return {"product_id": kept.product_id}


@app.delete("/api/favorites/{product_id}", status_code=204)
def forget(product_id: int, name: Owner) -> None:
    """Keep it no more."""
    database.remove_favorite(name, product_id)
