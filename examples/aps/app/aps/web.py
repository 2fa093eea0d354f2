"""The Flask application."""

import logging
import time
from datetime import date
from typing import Any

from flask import Flask, Response, g, jsonify, render_template, request
from werkzeug.exceptions import BadRequest, HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from . import health, observed
from .cache import Cache, RedisCache
from .database import PostgresStore, Store
from .settings import Settings, read

# who signed in, as the load balancer writes it
IDENTITY = "x-amzn-oidc-identity"
MONTH_LENGTH = len("2026-11")
log = logging.getLogger(__name__)


def create_app(settings: Settings | None = None, store: Store | None = None, cache: Cache | None = None) -> Flask:
    """Make the application, by the environment where nothing else is given."""
    settings = settings or read()
    store, cache = store or PostgresStore(settings), cache or RedisCache(settings)
    observed.log_as_json()
    app = Flask(__name__)
    app.secret_key = settings.secret_key
    hops = settings.proxy_hops
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=min(hops, 1))  # type: ignore[method-assign] # Flask's own way
    _observe(app)
    _operate(app, settings, store)
    _serve(app, store, cache)
    _keep_citizens(app, settings, store)
    return app


def _observe(app: Flask) -> None:
    @app.before_request
    def begin() -> None:
        g.begun = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        seconds = time.perf_counter() - g.begun
        # the route's own spelling: a path would be a series for each citizen
        route = request.url_rule.rule if request.url_rule else "none"
        observed.REQUESTS.labels(request.method, route, str(response.status_code)).observe(seconds)
        fields = {
            "method": request.method,
            "path": route,
            "status": response.status_code,
            "seconds": round(seconds, 4),
            "request_id": request.headers.get("x-request-id", ""),
        }
        log.info("request", extra={"fields": fields})
        return response

    @app.errorhandler(HTTPException)
    def told(error: HTTPException) -> tuple[Response, int]:
        return jsonify(error=error.description), error.code or 500


def _operate(app: Flask, settings: Settings, store: Store) -> None:
    @app.get("/health")
    def health_of() -> tuple[Response, int]:
        # the kubelet's own question: with the database away a restart mends nothing
        if request.args.get("probe") == "live":
            return jsonify(status="ok"), 200
        found = health.faults(store, disk=health.disk_free(), memory=health.memory_free())
        told = jsonify(status="failing" if found else "ok", failing=found, environment=settings.environment)
        return told, 503 if found else 200

    @app.get("/metrics")
    def metrics() -> Response:
        # Prometheus comes from within; what came through the balancer bears this
        if "x-forwarded-for" in request.headers:
            return Response("not found\n", 404)
        return Response(observed.metrics(), mimetype="text/plain")


def _serve(app: Flask, store: Store, cache: Cache) -> None:
    @app.get("/")
    def page() -> str:
        month = date.today().replace(day=1)
        return render_template("index.html", month=month, teams=_indicators(store, cache, month))

    @app.get("/api/indicators")
    def indicators() -> Response:
        return jsonify(_indicators(store, cache, _month(request.args.get("month", ""))))


def _indicators(store: Store, cache: Cache, month: date) -> Any:
    return cache.kept(f"indicators:{month:%Y-%m}", lambda: store.indicators(month))


def _month(text: str) -> date:
    try:
        if len(text) != MONTH_LENGTH:
            raise ValueError
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise BadRequest(f"month must be a month such as 2026-11, got {text!r}") from None


def _keep_citizens(app: Flask, settings: Settings, store: Store) -> None:
    def refused() -> tuple[Response, int] | None:
        # where nobody signs in, the header would be whatever a client wrote
        if not settings.signs_in:
            return jsonify(error="personal data is kept only where people sign in"), 403
        if not request.headers.get(IDENTITY):
            return jsonify(error="sign in first"), 401
        return None

    @app.before_request
    def signed_in() -> tuple[Response, int] | None:
        return refused() if request.path.startswith(("/api/citizens", "/api/visits")) else None

    @app.post("/api/citizens")
    def add() -> tuple[Response, int]:
        given = _fields("name", "health_card", "born")
        return jsonify(id=store.add_citizen(given, request.headers[IDENTITY])), 201

    @app.get("/api/citizens/<int:citizen_id>")
    def one(citizen_id: int) -> tuple[Response, int]:
        found = store.citizen(citizen_id, request.headers[IDENTITY])
        return (jsonify(found), 200) if found else (jsonify(error="no such citizen"), 404)

    @app.delete("/api/citizens/<int:citizen_id>")
    def erase(citizen_id: int) -> tuple[Response, int]:
        done = store.erase(citizen_id, request.headers[IDENTITY])
        return (jsonify(erased=citizen_id), 200) if done else (jsonify(error="no such citizen"), 404)

    @app.post("/api/visits")
    def visit() -> tuple[Response, int]:
        given = _fields("citizen_id", "team", "day")
        try:
            store.add_visit(given)
        except LookupError:
            return jsonify(error="no such citizen"), 404
        return jsonify(kept=True), 201


def _fields(*names: str) -> dict[str, str]:
    # JSON alone, which no form of another site's can send
    given = request.get_json()
    missing = [name for name in names if not isinstance(given, dict) or not given.get(name)]
    if missing:
        raise BadRequest(f"missing: {', '.join(missing)}")
    for name in {"born", "day"} & set(names):
        try:
            date.fromisoformat(str(given[name]))
        except ValueError:
            raise BadRequest(f"{name} must be a day such as 2026-11-30, got {given[name]!r}") from None
    return {name: str(given[name]) for name in names}
