"""The FastAPI application."""

import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, HTTPException, Query, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse
from prometheus_client import generate_latest
from pydantic import BaseModel, Field

from . import observed
from .database import PostgresStore, Store
from .flags import Flags, data_plane
from .places import ranked
from .settings import Settings, read

MOST_PLACES = 1000
log = logging.getLogger(__name__)
audit_log = logging.getLogger("audit")


class Points(BaseModel):
    """What an administrator gives."""

    name: str = Field(min_length=1, max_length=80)
    points: float = Field(ge=0, le=1e9)


def create_app(settings: Settings | None = None, store: Store | None = None, flags: Flags | None = None) -> FastAPI:
    """Make the application, by the environment where nothing else is given."""
    settings = settings or read()
    store, flags = store or PostgresStore(settings), flags or Flags(settings, data_plane(settings))
    observed.log_as_json()

    @asynccontextmanager
    async def lives(_: FastAPI) -> AsyncIterator[None]:
        flags.follow()
        yield

    # what it takes is in its source; a page of it would be one more to close
    app = FastAPI(title="ranking", lifespan=lives, docs_url=None, redoc_url=None, openapi_url=None)
    if settings.origins:
        app.add_middleware(CORSMiddleware, allow_origins=settings.origins, allow_methods=["GET"])
    _observe(app)
    _operate(app, store)
    _rank(app, store, flags)
    _administer(app, settings, store)
    return app


def _observe(app: FastAPI) -> None:
    @app.middleware("http")
    async def observe(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
        begun, code = time.perf_counter(), 500
        observed.UNDER_WAY.inc()
        try:
            response = await answer(request)
            code = response.status_code
        finally:
            seconds = time.perf_counter() - begun
            observed.UNDER_WAY.dec()
            # the route's own spelling: a path would be a series for each name
            route = getattr(request.scope.get("route"), "path", "none")
            observed.REQUESTS.labels(request.method, route, str(code)).observe(seconds)
            fields = {
                "method": request.method,
                "path": route,
                "status": code,
                "seconds": round(seconds, 4),
                "request_id": request.headers.get("x-request-id", ""),
            }
            log.info("request", extra={"fields": fields})
        return response


def _operate(app: FastAPI, store: Store) -> None:
    @app.get("/health")
    def health(probe: str = "") -> JSONResponse:
        # the kubelet's own question: with the database away a restart mends nothing
        if probe != "live" and not store.answers():
            return JSONResponse({"status": "failing", "failing": ["database"]}, 503)
        return JSONResponse({"status": "ok"})

    @app.get("/metrics")
    def metrics(request: Request) -> Response:
        # Prometheus comes from within; what came through the balancer bears this
        if "x-forwarded-for" in request.headers:
            raise HTTPException(404)
        return PlainTextResponse(generate_latest(observed.REGISTRY))


def _rank(app: FastAPI, store: Store, flags: Flags) -> None:
    @app.get("/api/rankings")
    def rankings(limit: Annotated[int | None, Query(ge=1, le=MOST_PLACES)] = None) -> dict[str, Any]:
        scores = store.scores()
        with observed.COMPUTATION.time(), observed.phase("computation"):
            places = ranked(
                scores,
                datetime.now(UTC),
                weighted=flags["weighted_scores"],
                ties_share=flags["ties_share_a_place"],
            )
        observed.RANKED.set(len(places))
        shown = places[: limit or int(flags["page_size"])]
        return {"total": len(places), "places": [vars(each) for each in shown]}

    @app.get("/api/flags")
    def known() -> dict[str, Any]:
        return flags.all()


def _administer(app: FastAPI, settings: Settings, store: Store) -> None:
    def administrator(x_amzn_oidc_identity: Annotated[str, Header()] = "") -> str:
        # where nobody signs in, the header would be whatever a client wrote
        if not settings.signs_in:
            raise HTTPException(403, "points are given only where people sign in")
        if not x_amzn_oidc_identity:
            raise HTTPException(401, "sign in first")
        return x_amzn_oidc_identity

    who = Annotated[str, Depends(administrator)]
    request_id = Annotated[str, Header(alias="x-request-id")]

    def noted(by: str, action: str, name: str, request: str) -> None:
        # a second copy, that whoever may write into the database cannot take back
        fields = {"by": by, "action": action, "name": name, "request_id": request}
        audit_log.info("audit", extra={"fields": fields})

    @app.get("/api/admin/session", dependencies=[Depends(administrator)])
    def session() -> RedirectResponse:
        # the balancer has people sign in on their way here
        return RedirectResponse("/", 303)

    @app.put("/api/admin/scores", status_code=204)
    def give(given: Points, by: who, request: request_id = "") -> None:
        store.give(given.name, given.points, by, request)
        noted(by, "gave points", given.name, request)

    @app.delete("/api/admin/scores/{name}", status_code=204)
    def take_out(name: str, by: who, request: request_id = "") -> None:
        if not store.take_out(name, by, request):
            raise HTTPException(404, "nobody of that name")
        noted(by, "took out", name, request)

    @app.get("/api/admin/audit")
    def audit(by: who, request: request_id = "") -> list[dict[str, Any]]:
        noted(by, "read the audit log", "", request)
        return store.audit(by, request)
