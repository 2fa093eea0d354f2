"""A stand-in for Flowise's API: as much of it as files need, with what it takes and refuses (flowise 3.1.4)."""

import json
import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tools.flows.records import KINDS

OWNER = {"email": "owner@example.com", "password": "Owner-password-1"}
TABLES = tuple({about["list"]: None for about in KINDS.values()})
# services/export-import: what is imported into which table
IMPORTED = {
    **dict.fromkeys(("ChatFlow", "AgentFlow", "AgentFlowV2", "AssistantFlow"), "chatflows"),
    **dict.fromkeys(("AssistantCustom", "AssistantOpenAI", "AssistantAzure"), "assistants"),
    "Tool": "tools",
    "DocumentStore": "document-store/store",
    "CustomTemplate": "marketplaces/custom",
}


@dataclass
class Fake:
    """What it has: rows by table, keys with their permissions; and what it was asked."""

    rows: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: {table: {} for table in TABLES})
    credentials: list[dict[str, str]] = field(default_factory=list)
    keys: dict[str, list[str]] = field(default_factory=dict)
    version: str = "3.1.4"
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    url: str = ""

    def have(self, kind: str, **row: Any) -> str:
        """Let it have a row; give its id."""
        key = str(row.pop("id", None) or uuid.uuid4())
        table = KINDS[kind]["list"]
        kinds = {"type": KINDS[kind]["type"]} if "type" in KINDS[kind] else {}
        self.rows[table][key] = {"id": key, "updatedDate": "2026-11-30T12:00:00.000Z", **kinds, **row}
        return key

    def knows(self, type: str, name: str) -> str:
        """Let it have a credential; give its id."""
        key = str(uuid.uuid4())
        self.credentials.append({"id": key, "credentialName": type, "name": name})
        return key

    @property
    def written(self) -> list[tuple[str, str]]:
        """Return what changed something, by method and path."""
        return [(method, path) for method, path, _ in self.asked if method != "GET" and path != "auth/login"]

    def answer(self, method: str, path: str, body: Any, headers: Any) -> tuple[int, Any]:
        """Answer a request as Flowise would."""
        key = headers.get("Authorization", "").removeprefix("Bearer ")
        if path == "auth/login":
            return (200, {"id": "owner"}) if body == OWNER else (401, {"message": "Incorrect Email or Password"})
        internal = headers.get("x-request-from") == "internal" and "token=owner" in (headers.get("Cookie") or "")
        if not internal and key not in self.keys:
            return 401, {"error": "Unauthorized Access"}
        needs = self._needs(method, path)
        if not internal and not set(needs) & set(self.keys[key]):
            return 403, {"message": "Forbidden"}
        self.asked.append((method, path, body))
        return self._done(method, path, body)

    def _needs(self, method: str, path: str) -> list[str]:
        if path == "version":
            return [each for permissions in self.keys.values() for each in permissions]
        if path == "export-import/import":
            return ["workspace:import"]
        if path == "credentials":
            return ["credentials:view"]
        verb = {"GET": "view", "POST": "create", "PUT": "update", "DELETE": "delete"}[method]
        scopes = {"chatflows": ["chatflows", "agentflows"], "document-store": ["documentStores"]}
        table = path.partition("/")[0].partition("?")[0]
        if table == "marketplaces":
            return ["templates:custom" if method == "GET" else "templates:custom-delete"]
        return [f"{scope}:{verb}" for scope in scopes.get(table, [table])]

    def _done(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        if path == "version":
            return 200, {"version": self.version}
        if path == "credentials":
            return 200, self.credentials
        if path == "export-import/import":
            for kind, rows in body.items():
                for row in rows:
                    # one that is there already gets another id
                    key = row["id"] if row["id"] not in self.rows[IMPORTED[kind]] else str(uuid.uuid4())
                    self.rows[IMPORTED[kind]][key] = {**row, "id": key}
            return 200, {"message": "success"}
        if path == "variables" and method == "POST":
            return 200, self.rows["variables"].setdefault(key := str(uuid.uuid4()), {**body, "id": key})
        if path.startswith("mcp-server/"):
            return self._mcp(method, path.partition("/")[2], body)
        table = next(each for each in TABLES if path == each or path.startswith(f"{each}/"))
        if path == table:
            return 200, [self._told(table, row) for row in self.rows[table].values()]
        key = path.removeprefix(f"{table}/")
        if method == "DELETE":
            return 200, {"affected": int(self.rows[table].pop(key, None) is not None)}
        self.rows[table][key] |= body
        return 200, self.rows[table][key]

    def _mcp(self, method: str, key: str, body: Any) -> tuple[int, Any]:
        row = self.rows["chatflows"][key]
        config = json.loads(row.get("mcpServerConfig") or "{}")
        if method == "POST":
            config = {"enabled": True, "token": uuid.uuid4().hex, **body}
        config |= {"enabled": False} if method == "DELETE" else body
        row["mcpServerConfig"] = json.dumps(config)
        return 200, config

    @staticmethod
    def _told(table: str, row: Mapping[str, Any]) -> dict[str, Any]:
        told = dict(row)
        if table == "document-store/store":
            # Interface.DocumentStore: the configurations are parsed, and more is told of each loader
            for name in ("loaders", "embeddingConfig", "vectorStoreConfig", "recordManagerConfig"):
                told[name] = json.loads(told[name]) if told.get(name) else None
            told["loaders"] = [{**each, "source": "None"} for each in told["loaders"] or []]
            told |= {"totalChars": 0, "totalChunks": 0, "whereUsed": []}
        if table == "marketplaces/custom":
            told["usecases"] = json.loads(told["usecases"]) if told.get("usecases") else ""
            told |= {"badge": told.get("badge") or "", "framework": told.get("framework") or "", "categories": []}
        return told


@contextmanager
def serving(fake: Fake) -> Iterator[Fake]:
    """Serve it on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            length = int(self.headers["Content-Length"] or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            path = self.path.removeprefix("/api/v1/")
            status, answer = fake.answer(self.command, path, body, self.headers)
            text = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            if path == "auth/login" and status == 200:
                self.send_header("Set-Cookie", "token=owner; Path=/; HttpOnly")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PUT = do_DELETE = _do

        def log_message(self, format: str, *arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    fake.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def agentflow(credential: str, prompt: str = "You are\na helper.", **inputs: Any) -> dict[str, Any]:
    """Return an agentflow's row with one model and one HTTP node, as the canvas saves it."""
    model = {"llmModel": "chatOpenAI", "modelName": "m", "temperature": 0.9, "FLOWISE_CREDENTIAL_ID": credential}
    nodes = [
        _node("startAgentflow_0", "startAgentflow", {"startInputType": "chatInput"}),
        _node(
            "llmAgentflow_0",
            "llmAgentflow",
            {"llmMessages": [{"role": "system", "content": prompt}], "llmModelConfig": model, **inputs},
        ),
    ]
    edge = {"id": "e", "source": "startAgentflow_0", "target": "llmAgentflow_0", "selected": True, "type": "agentFlow"}
    data = {"nodes": nodes, "edges": [edge], "viewport": {"x": 1.5, "y": 2, "zoom": 0.5}}
    return {"name": "Support desk", "deployed": False, "isPublic": False, "flowData": json.dumps(data)}


def _node(key: str, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    param = {"id": f"{key}-input-x-string", "name": "x", "type": "string", "label": "X"}
    place = {"x": 234.5, "y": 96.25}
    data = {
        "id": key,
        "name": name,
        "label": {"llmAgentflow_0": "Answer"}.get(key, "Start"),
        "inputs": dict(inputs),
        "inputParams": [param],
        "baseClasses": ["LLM"],
        "selected": True,
        "status": "FINISHED",
    }
    return {
        "id": key,
        "type": "agentFlow",
        "data": data,
        "position": place,
        "positionAbsolute": place,
        "width": 200,
        "height": 72,
        "selected": True,
        "dragging": False,
    }
