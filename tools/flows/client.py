"""A running Flowise, asked with one of its API keys or with the owner's login."""

import http.client
import json
import re
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from .folder import Refused
from .records import KINDS, Credential, Item, Row, item
from .text import SPEC

SECONDS = 120
_MOVED, _FAILED, _UNKNOWN, _FORBIDDEN = 300, 400, 401, 403
LOCAL = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, repr=False)
class Login:
    """Who asks: an API key, or the owner's e-mail and password. It is never shown."""

    api_key: str = ""
    email: str = ""
    password: str = ""


@dataclass(frozen=True)
class State:
    """What a Flowise has: its version, its credentials' names, and what files hold of it."""

    version: str
    credentials: Sequence[Credential]
    items: Mapping[tuple[str, str], Item]


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows nobody: the header that bears the key would go along."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Follow nothing."""


@dataclass
class Flowise:
    """A Flowise at a base URL."""

    url: str
    login: Login = field(repr=False)
    _cookies: dict[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Refuse to send a key in clear."""
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Refused(f"{self.url} is no address: write https://, as in https://ai.example.com")
        if parts.scheme == "http" and parts.hostname not in LOCAL:
            raise Refused(f"{self.url} would send a password in clear: write https://, or forward a port to localhost")
        self.url = self.url.rstrip("/")

    @property
    def owns(self) -> bool:
        """Tell whether the owner asks: no API key may import (services/apikey refuses it permissions of workspaces)."""
        return not self.login.api_key

    def state(self, secret_variables: Sequence[str] = ()) -> State:
        """Read all that files hold. Raises Refused."""
        self.enter()
        version = self._version()
        listed = self.ask("GET", "credentials", needs="credentials:view")
        credentials = [Credential(each["id"], each["credentialName"], each["name"]) for each in listed]
        rows: dict[str, list[Row]] = {}
        items: dict[tuple[str, str], Item] = {}
        for kind, about in KINDS.items():
            path = about["list"]
            if path not in rows:
                rows[path] = self.ask("GET", path, needs=about["needs"])
            for row in rows[path]:
                if about.get("type") in (None, row.get("type") or "CHATFLOW") and not row.get("shared"):
                    found = item(kind, row, credentials, secret_variables)
                    items[kind, found.key] = found
        return State(version, credentials, items)

    def ask(self, method: str, path: str, body: Any = None, *, needs: str = "") -> Any:
        """Put one question; `needs` is the permission that a key must have for it. Raises Refused."""
        status, text, kind = self._send(method, f"api/v1/{path}", body)
        if status == _UNKNOWN:
            how = "the API key" if self.login.api_key else "the login"
            raise Refused(f"{self.url} refused {how}: look whether it is one of this Flowise's")
        if status == _FORBIDDEN:
            lacks = f"it needs the permission {needs}" if needs else "it lacks a permission"
            raise Refused(f"{self.url} forbids {method} /api/v1/{path}: {lacks}, or the edge lets nobody in by a key")
        if _MOVED <= status < _FAILED:
            raise Refused(f"{self.url} sends elsewhere, to a sign-in perhaps: name the stack instead of the address")
        if "json" not in kind and status < _FAILED:
            raise Refused(f"{self.url} answers /api/v1/{path} with a page: it is no Flowise's address")
        try:
            answer = json.loads(text) if text else None
        except ValueError:
            answer = {"message": text[:200]}
        if status >= _FAILED:
            said = answer.get("message") if isinstance(answer, dict) else None
            raise Refused(f"{self.url} answers {method} /api/v1/{path} with {status}: {said or 'nothing more'}")
        return answer

    def read(self, path: str) -> str:
        """Return a file as text. Raises Refused."""
        self.enter()
        status, text, _ = self._send("GET", f"api/v1/{path}", None)
        if status >= _MOVED:
            raise Refused(f"{self.url} answers GET /api/v1/{path.partition('?')[0]} with {status}")
        return text

    def leave(self) -> None:
        """End the owner's session. Raises Refused."""
        self.ask("POST", "account/logout", {})

    def enter(self) -> None:
        """Log in, where no key asks and nobody has yet. Raises Refused."""
        if self.login.api_key or self._cookies:
            return
        self.ask("POST", "auth/login", {"email": self.login.email, "password": self.login.password})

    def _version(self) -> str:
        version = str(self.ask("GET", "version").get("version", ""))
        if not re.match(rf"{re.escape(SPEC['flowise'])}\.\d", version):
            raise Refused(
                f"{self.url} is Flowise {version or 'of no version'}, and this command knows {SPEC['flowise']}"
            )
        return version

    def _send(self, method: str, path: str, body: Any) -> tuple[int, str, str]:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.login.api_key:
            headers["Authorization"] = f"Bearer {self.login.api_key}"
        else:
            # what its own pages send; and past a proxy Flowise sets its session's cookie for https alone
            headers |= {"x-request-from": "internal", "X-Forwarded-Proto": "https"}
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"{self.url}/{path}", data=data, headers=headers, method=method)
        try:
            with urllib.request.build_opener(_NoRedirect).open(request, timeout=SECONDS) as answer:
                self._keep(answer.headers.get_all("Set-Cookie") or ())
                return answer.status, answer.read().decode(errors="replace"), answer.headers.get_content_type()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(errors="replace"), error.headers.get_content_type()
        except (OSError, http.client.HTTPException) as error:
            reason = error.reason if isinstance(error, urllib.error.URLError) else error
            raise Refused(f"{self.url} does not answer: {reason}") from None

    def _keep(self, cookies: Sequence[str]) -> None:
        for cookie in cookies:
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
