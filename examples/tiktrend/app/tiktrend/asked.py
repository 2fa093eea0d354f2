"""What is done around every request: a number, a line, figures, a span, and a count of who asks."""

import json
import time
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import anyio.to_thread
import structlog
from opentelemetry import propagate, trace

from . import cache
from .observed import IN_PROGRESS, REFUSED, REQUEST_SECONDS, tracer

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]
log = structlog.get_logger()
LIMITED = "/api/"


class Asked:
    """Middleware in ASGI's own terms: what is done by Starlette's would run the application in another task."""

    def __init__(self, app: App, most_per_minute: int) -> None:
        self._app, self._most = app, most_per_minute

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        number = uuid.uuid4().hex
        status, began = 500, time.perf_counter()

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", []), (b"x-request-id", number.encode())]
            await send(message)

        structlog.contextvars.bind_contextvars(request_id=number)
        with (
            IN_PROGRESS.track_inprogress(),
            tracer().start_as_current_span(scope["method"], propagate.extract(headers), trace.SpanKind.SERVER) as span,
        ):
            try:
                if await self._refused(scope):
                    await _too_many(answer)
                else:
                    await self._app(scope, receive, answer)
            finally:
                route = getattr(scope.get("route"), "path", "none")
                seconds = time.perf_counter() - began
                span.update_name(f"{scope['method']} {route}")
                span.set_attribute("http.response.status_code", status)
                REQUEST_SECONDS.labels(scope["method"], route, str(status)).observe(seconds)
                log.info(
                    "request", method=scope["method"], path=scope["path"], status=status, seconds=round(seconds, 4)
                )
                structlog.contextvars.unbind_contextvars("request_id")

    async def _refused(self, scope: Message) -> bool:
        if not scope["path"].startswith(LIMITED):
            return False
        address = (scope.get("client") or ("unknown", 0))[0]
        allowed = await anyio.to_thread.run_sync(cache.within_limit, address, self._most)
        if not allowed:
            REFUSED.inc()
        return not allowed


async def _too_many(send: Send) -> None:
    body = json.dumps({"detail": "too many requests: wait a minute"}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"retry-after", b"60"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": 429, "headers": headers})
    await send({"type": "http.response.body", "body": body})
