"""A stand-in for MeiliSearch, which no registry has: it plays what its own documentation says of version 1.5.

It refuses what the real one does (a weak master key, a missing or a lesser key, data of another version, a second
server on one folder), and does a write only after it has answered that it will. It claims nothing of relevance or
speed, and says in /version that it is none. `python -m tests.search_stand_in` reads the real one's variables.
"""

import fcntl
import hashlib
import hmac
import json
import os
import sys
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

VERSION = "1.5.1"
LEAST_KEY_BYTES = 16
TASK_SECONDS = 0.05
Json = Any


class Refusal(Exception):
    """An answer with a status and MeiliSearch's code of the error."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


@dataclass
class Engine:
    """Its keys, indexes and tasks, and the folder that they lie in."""

    master_key: str
    database: Path
    snapshots: Path
    version: str = VERSION
    metrics: bool = True
    keys: dict[str, dict[str, Json]] = field(default_factory=dict)
    indexes: dict[str, dict[str, Json]] = field(default_factory=dict)
    tasks: list[dict[str, Json]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Take the folder, or refuse to start."""
        if len(self.master_key.encode()) < LEAST_KEY_BYTES:
            raise SystemExit("in production mode the master key must have 16 bytes or more")
        self.database.mkdir(parents=True, exist_ok=True)
        self._lock = (self.database / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise SystemExit("another server has this folder") from None
        known = self.database / "VERSION"
        if known.exists() and known.read_text() != self.version:
            raise SystemExit(f"the database is of version {known.read_text()}: import a dump of it")
        known.write_text(self.version)
        if (self.database / "data.json").exists():
            kept = json.loads((self.database / "data.json").read_text())
            self.keys, self.indexes = kept["keys"], kept["indexes"]
        self._writing = threading.Lock()

    def close(self) -> None:
        """Let go of the folder."""
        self._lock.close()

    def allow(self, authorization: str, action: str, index: str | None = None) -> None:
        """Refuse who has no key for an action on an index."""
        given = authorization.removeprefix("Bearer ")
        if not authorization:
            raise Refusal(401, "missing_authorization_header")
        if hmac.compare_digest(given, self.master_key):
            return
        for key in self.keys.values():
            if hmac.compare_digest(given, key["key"]):
                on_index = index is None or index in key["indexes"] or "*" in key["indexes"]
                if action in key["actions"] and on_index:
                    return
        raise Refusal(403, "invalid_api_key")

    def later(self, kind: str, work: Callable[[], None]) -> Json:
        """Promise a write, and do it after the answer."""
        task: dict[str, Json] = {"uid": len(self.tasks), "status": "enqueued", "type": kind, "error": None}
        self.tasks.append(task)

        def run() -> None:
            with self._writing:
                try:
                    work()
                    self._keep()
                    task["status"] = "succeeded"
                except Refusal as refused:
                    task.update(status="failed", error={"code": refused.code})

        threading.Timer(TASK_SECONDS, run).start()
        return {"taskUid": task["uid"], "indexUid": None, "status": "enqueued", "type": kind, "enqueuedAt": _now()}

    def _keep(self) -> None:
        (self.database / "data.json").write_text(json.dumps({"keys": self.keys, "indexes": self.indexes}))

    def make_key(self, asked: Json) -> Json:
        """Make a key, derived from the master key and its uid."""
        uid = asked.get("uid") or str(uuid.uuid4())
        if uid in self.keys:
            raise Refusal(409, "api_key_already_exists")
        value = hmac.new(self.master_key.encode(), uid.encode(), hashlib.sha256).hexdigest()
        self.keys[uid] = {**asked, "uid": uid, "key": value, "createdAt": _now(), "updatedAt": _now()}
        self._keep()
        return self.keys[uid]

    def snapshot(self) -> None:
        """Write what there is into the one file of snapshots."""
        self.snapshots.mkdir(parents=True, exist_ok=True)
        kept = json.dumps({"version": self.version, "keys": self.keys, "indexes": self.indexes})
        (self.snapshots / f"{self.database.name}.snapshot").write_text(kept)

    def index(self, uid: str) -> Json:
        """Return an index, or refuse."""
        if uid not in self.indexes:
            raise Refusal(404, "index_not_found")
        return self.indexes[uid]

    def add(self, uid: str, documents: list[Json], primary: str) -> None:
        """Put documents into an index, which a first one makes."""
        index = self.indexes.setdefault(uid, {"primaryKey": primary, "documents": {}, "settings": {}})
        for document in documents:
            if index["primaryKey"] not in document:
                raise Refusal(400, "missing_document_id")
            index["documents"][str(document[index["primaryKey"]])] = document

    def search(self, uid: str, asked: Json) -> Json:
        """Return the documents that have all words of a query in one of their texts."""
        words = str(asked.get("q") or "").lower().split()
        found = [
            document
            for document in self.index(uid)["documents"].values()
            if all(word in " ".join(str(value) for value in document.values()).lower() for word in words)
        ]
        start, most = int(asked.get("offset", 0)), int(asked.get("limit", 20))
        return {
            "hits": found[start : start + most],
            "query": asked.get("q") or "",
            "processingTimeMs": 0,
            "limit": most,
            "offset": start,
            "estimatedTotalHits": len(found),
        }

    def answer(self, method: str, path: str, authorization: str, body: Json) -> tuple[int, Json]:
        """Answer a request: status and JSON, or text."""
        self.asked.append(f"{method} {path}")
        parts = path.strip("/").split("/")
        answer = self._of_indexes if parts[0] == "indexes" else self._of_server
        return answer((method, *parts), authorization, body)

    def _of_server(self, asked: tuple[str, ...], authorization: str, body: Json) -> tuple[int, Json]:
        match asked:
            case ("GET", "health"):
                return 200, {"status": "available"}
            case ("GET", "version"):
                self.allow(authorization, "version")
                return 200, {"pkgVersion": f"{self.version}-stand-in", "commitSha": "none", "commitDate": "none"}
            case ("GET", "metrics"):
                if not self.metrics:
                    raise Refusal(400, "feature_not_enabled")
                self.allow(authorization, "metrics.get")
                counted = sum(len(each["documents"]) for each in self.indexes.values())
                return 200, f"meilisearch_index_count {len(self.indexes)}\nmeilisearch_index_docs_count {counted}\n"
            case ("GET", "keys", uid):
                self.allow(authorization, "keys.get")
                if uid not in self.keys:
                    raise Refusal(404, "api_key_not_found")
                return 200, self.keys[uid]
            case ("POST", "keys"):
                self.allow(authorization, "keys.create")
                return 201, self.make_key(body)
            case ("DELETE", "keys", uid):
                self.allow(authorization, "keys.delete")
                self.keys.pop(uid, None)
                return 204, None
            case ("POST", "snapshots"):
                self.allow(authorization, "snapshots.create")
                return 202, self.later("snapshotCreation", self.snapshot)
            case ("GET", "tasks", number):
                self.allow(authorization, "tasks.get")
                return 200, self.tasks[int(number)]
        raise Refusal(404, "not_found")

    def _of_indexes(self, asked: tuple[str, ...], authorization: str, body: Json) -> tuple[int, Json]:
        match asked:
            case ("POST", "indexes"):
                self.allow(authorization, "indexes.create", body["uid"])
                primary = body.get("primaryKey") or "id"
                return 202, self.later("indexCreation", lambda: self.add(body["uid"], [], primary))
            case ("GET", "indexes", uid):
                self.allow(authorization, "indexes.get", uid)
                return 200, {"uid": uid, "primaryKey": self.index(uid)["primaryKey"]}
            case ("POST" | "PUT", "indexes", uid, "documents"):
                self.allow(authorization, "documents.add", uid)
                return 202, self.later("documentAdditionOrUpdate", lambda: self.add(uid, body, "id"))
            case ("GET", "indexes", uid, "documents", number):
                self.allow(authorization, "documents.get", uid)
                if number not in self.index(uid)["documents"]:
                    raise Refusal(404, "document_not_found")
                return 200, self.index(uid)["documents"][number]
            case ("POST", "indexes", uid, "search"):
                self.allow(authorization, "search", uid)
                return 200, self.search(uid, body)
            case ("PATCH", "indexes", uid, "settings"):
                self.allow(authorization, "settings.update", uid)
                return 202, self.later("settingsUpdate", lambda: self.index(uid)["settings"].update(body))
        raise Refusal(404, "not_found")


def served(engine: Engine, port: int = 0) -> ThreadingHTTPServer:
    """Return a server of an engine on 127.0.0.1, which the caller runs and closes."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            text = self.rfile.read(int(self.headers.get("content-length") or 0))
            try:
                authorization = self.headers.get("authorization") or ""
                body = json.loads(text) if text else None
                status, said = engine.answer(self.command, urlsplit(self.path).path, authorization, body)
            except Refusal as refused:
                status, said = (
                    refused.status,
                    {"message": refused.code, "code": refused.code, "type": "auth", "link": ""},
                )
            data = b"" if said is None else (said if isinstance(said, str) else json.dumps(said)).encode()
            self.send_response(status)
            self.send_header("content-type", "text/plain" if isinstance(said, str) else "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer

        def log_message(self, format: str, *args: object) -> None:
            pass

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


def _now() -> str:
    # with fractions of a second, without which its own client reads none
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def main() -> None:
    """Serve by the variables that the real one reads."""
    given = os.environ
    engine = Engine(
        master_key=given["MEILI_MASTER_KEY"],
        database=Path(given["MEILI_DB_PATH"]),
        snapshots=Path(given["MEILI_SNAPSHOT_DIR"]),
        metrics=given.get("MEILI_EXPERIMENTAL_ENABLE_METRICS") == "true",
    )
    port = int(given["MEILI_HTTP_ADDR"].rpartition(":")[2])
    sys.stdout.write(f"a stand-in for MeiliSearch {VERSION} on port {port}\n")
    served(engine, port).serve_forever()


if __name__ == "__main__":
    main()
