"""HTTPS to one API server: kept connections, JSON in and out, a refusal as one exception."""

import http.client
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

Document = dict[str, Any]
# How long a server may ask to be asked again, and how soon it is.
_PATIENCE_SECONDS, _RETRY_SECONDS = 10.0, 0.5


class KubernetesError(Exception):
    """What the API server answered, in its own words: `message`, `reason` (`NotFound`), `code` (404), `details`."""

    def __init__(self, message: str, reason: str = "", code: int = 0, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason
        self.code = code
        self.details = dict(details or {})


@dataclass(frozen=True)
class _Message:
    """One request."""

    method: str
    path: str
    body: Any
    query: Mapping[str, str]
    content_type: str

    @property
    def target(self) -> str:
        return f"{self.path}?{urlencode(self.query)}" if self.query else self.path


class Transport:
    """Requests to an API server, from any thread. `on_warning` gets what it says besides its answers."""

    def __init__(
        self,
        url: str,
        ca_pem: str,
        token: str,
        *,
        timeout_seconds: float = 60,
        on_warning: Callable[[str], None] | None = None,
    ) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 443
        self._tls = ssl.create_default_context(cadata=ca_pem)
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        self._timeout_seconds = timeout_seconds
        self._on_warning = on_warning
        self._idle: list[http.client.HTTPSConnection] = []
        self._turn = threading.Lock()

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, str] | None = None,
        content_type: str = "application/json",
    ) -> Any:
        """Return the answer's JSON, or its text where it is none. Raises KubernetesError for a refusal."""
        message = _Message(method, path, body, query or {}, content_type)
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            response, content = self._asked(message)
            wait = response.headers.get("Retry-After", "")
            # As client-go does: a kind that has just come, say, is served in a moment.
            if response.status != HTTPStatus.TOO_MANY_REQUESTS or not wait.isdigit() or time.monotonic() > deadline:
                break
            time.sleep(min(float(wait), _RETRY_SECONDS))
        for warning in response.headers.get_all("Warning") or []:
            if self._on_warning is not None:
                self._on_warning(_warning(warning))
        return _answer(response.status, response.reason, content)

    def _asked(self, message: _Message) -> tuple[http.client.HTTPResponse, bytes]:
        try:
            connection, response = self._exchange(message)
            content = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise self._unreachable(error) from error
        with self._turn:
            self._idle.append(connection)
        return response, content

    @contextmanager
    def stream(self, path: str, query: Mapping[str, str], *, timeout_seconds: float) -> Iterator[Iterator[Document]]:
        """The events of a watch, one JSON document each, until the server ends it.

        TimeoutError where nothing comes for so long.
        """
        connection = self._connection(timeout_seconds)
        try:
            response = self._send(connection, _Message("GET", path, None, query, ""))
            if response.status >= HTTPStatus.BAD_REQUEST:
                _answer(response.status, response.reason, response.read())
            yield self._documents(response)
        finally:
            connection.close()

    def close(self) -> None:
        """Close the kept connections."""
        with self._turn:
            while self._idle:
                self._idle.pop().close()

    def _connection(self, timeout_seconds: float) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection(self._host, self._port, timeout=timeout_seconds, context=self._tls)

    def _exchange(self, message: _Message) -> tuple[http.client.HTTPSConnection, http.client.HTTPResponse]:
        with self._turn:
            kept = self._idle.pop() if self._idle else None
        if kept is not None:
            try:
                return kept, self._send(kept, message)
            except (ConnectionError, http.client.BadStatusLine, ssl.SSLError):
                # The server may close a kept connection at any time (RFC 9112, 9.6); a new one settles it.
                kept.close()
        fresh = self._connection(self._timeout_seconds)
        return fresh, self._send(fresh, message)

    def _send(self, connection: http.client.HTTPSConnection, message: _Message) -> http.client.HTTPResponse:
        headers = dict(self._headers)
        content = None
        if message.body is not None:
            headers["Content-Type"] = message.content_type
            content = json.dumps(message.body).encode()
        connection.request(message.method, message.target, content, headers)
        return connection.getresponse()

    def _documents(self, response: http.client.HTTPResponse) -> Iterator[Document]:
        try:
            for line in response:
                yield json.loads(line)
        except (ConnectionError, http.client.HTTPException) as error:
            raise self._unreachable(error) from error

    def _unreachable(self, error: Exception) -> KubernetesError:
        where = f"https://{self._host}:{self._port}"
        return KubernetesError(f"the API server at {where} does not answer: {error!r}", "Unreachable")


def _answer(status: int, phrase: str, content: bytes) -> Any:
    text = content.decode(errors="replace")
    try:
        document = json.loads(text)
    except ValueError:
        document = text
    if status < HTTPStatus.BAD_REQUEST:
        return document
    if isinstance(document, dict) and document.get("kind") == "Status":
        raise KubernetesError(
            document.get("message") or phrase, document.get("reason") or "", status, document.get("details")
        )
    raise KubernetesError(text.strip() or phrase, phrase.replace(" ", ""), status)


def _warning(header: str) -> str:
    """Return the text of `299 - "text"` (RFC 7234, 5.5), whose quotation marks and backslashes are escaped."""
    quoted = header.split(" ", 2)[-1].strip()
    return quoted.strip('"').replace('\\"', '"').replace("\\\\", "\\")
