"""What the engine asks of others, played for one command: Pulumi's service, as far as that keeps a state, and a Vault.

To a service the engine sends what it begins and what comes of it, where a file it would write anew each time. Played is
what it asks of pkg/backend/httpstate/client (v3.259.0) on the way; anything else is not found here.

Deriving a key from a passphrase takes a fifth of a second in each command, a third of what a small preview takes. Whose
key a Vault unwraps needs none derived (pkg/secrets/cloud, gocloud.dev/secrets/hashivault).
"""

import base64
import json
import re
import secrets
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from .state_journal import Journal

# Whom the stacks of a file backend belong to.
_ORGANIZATION = "organization"
_STACK = rf"/api/stacks/{_ORGANIZATION}/(?P<project>[^/]+)/(?P<stack>[^/]+)"
_UPDATE = rf"{_STACK}/(?:update|refresh|destroy)"
_GZIP = zlib.MAX_WBITS | 16
# It keeps nobody out: that the folder of the state is its owner's alone does.
_KEY = b"the sandbox's own, known to all."


@contextmanager
def serving(state_file: Path, credentials: Path, *, journal: bool) -> Iterator[dict[str, str]]:
    """Hold the key of a stack's secrets, and with `journal` its state; what the engine's environment needs for that.

    The login goes into the folder `credentials`. Other stacks' files are found beside this one's, as in a file backend.
    """
    service = _Service(state_file)
    with ThreadingHTTPServer(("127.0.0.1", 0), service.handler()) as server:
        url = f"http://127.0.0.1:{server.server_port}"
        if journal:
            service.write_login(credentials, url)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            keys = {"VAULT_SERVER_URL": url, "VAULT_SERVER_TOKEN": service.token}
            state = {
                "PULUMI_BACKEND_URL": url,
                "PULUMI_CREDENTIALS_PATH": str(credentials),
                "PULUMI_DISABLE_JOURNALING": "false",
                # in ms: whoever waits for an entry waits for all that is sent with it
                "PULUMI_JOURNALING_BATCH_PERIOD": "1",
            }
            yield {**keys, **(state if journal else {})}
        finally:
            server.shutdown()
            thread.join()
            service.journal.fold()


class _Service:
    def __init__(self, state_file: Path) -> None:
        self.journal = Journal(state_file)
        self._stacks = state_file.parent.parent
        # others on this machine reach the port as well
        self.token = secrets.token_hex(16)
        update = f"{_UPDATE}/1"
        self._answers: dict[tuple[str, str], Callable[[Mapping[str, str], bytes], Any]] = {
            ("GET", "/api/capabilities"): lambda *_: {"capabilities": []},
            ("GET", _STACK): self._describe,
            ("GET", f"{_STACK}/export"): self._export,
            ("POST", _UPDATE): lambda *_: {"updateID": "1"},
            ("POST", update): lambda *_: {"version": 1, "token": self.token, "journalVersion": 1},
            ("PATCH", f"{update}/journalentries"): self._add,
            ("POST", f"{update}/events/batch"): lambda *_: {},
            ("POST", f"{update}/renew_lease"): lambda *_: {"token": self.token},
            ("POST", f"{update}/complete"): lambda *_: {},
            ("PUT", "/v1/transit/decrypt/sandbox"): lambda *_: {"data": {"plaintext": base64.b64encode(_KEY).decode()}},
        }

    def write_login(self, folder: Path, url: str) -> None:
        """Write what the CLI keeps of a login, so that it says nothing of one."""
        account = {
            "accessToken": self.token,
            "username": _ORGANIZATION,
            "lastValidatedAt": datetime.now(UTC).isoformat(),
        }
        kept = {"current": url, "accessTokens": {url: self.token}, "accounts": {url: account}}
        (folder / "credentials.json").write_text(json.dumps(kept), encoding="utf-8")

    def _kept(self, stack: Mapping[str, str]) -> dict[str, Any] | None:
        file = self._stacks / stack["project"] / f"{stack['stack']}.json"
        return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None

    def _describe(self, stack: Mapping[str, str], _: bytes) -> Any:
        names = {"orgName": _ORGANIZATION, "projectName": stack["project"], "stackName": stack["stack"]}
        return self._kept(stack) and names

    def _export(self, stack: Mapping[str, str], _: bytes) -> Any:
        kept = self._kept(stack)
        return kept and {**kept, "deployment": kept["checkpoint"].get("latest")}

    def _add(self, _: Mapping[str, str], body: bytes) -> Any:
        self.journal.add(body)
        return {}

    def answer(self, request: BaseHTTPRequestHandler) -> tuple[HTTPStatus, Any]:
        """What is said to a request."""
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        given = request.headers.get("X-Vault-Token") or request.headers.get("Authorization", "").rpartition(" ")[2]
        if not secrets.compare_digest(given, self.token):
            return HTTPStatus.UNAUTHORIZED, None
        if request.headers.get("Content-Encoding") == "gzip":
            body = zlib.decompress(body, _GZIP)
        for (method, path), answer in self._answers.items():
            if method == request.command and (found := re.fullmatch(path, request.path)):
                said = answer(found.groupdict(), body)
                return (HTTPStatus.NOT_FOUND, None) if said is None else (HTTPStatus.OK, said)
        return HTTPStatus.NOT_FOUND, None

    def handler(self) -> type[BaseHTTPRequestHandler]:
        """What answers on a connection."""
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = -1  # an answer goes out as one

            def _answer(self) -> None:
                status, said = service.answer(self)
                if said is None:
                    said = {"code": status, "message": status.phrase}
                content = json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PATCH = do_PUT = _answer

            def log_message(self, format: str, *arguments: Any) -> None:
                """Say nothing: what went wrong the engine says."""

        return Handler
