"""A browser's part, and a model's: who asks Flowise, and whom Flowise asks."""

import base64
import json
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


@dataclass
class Browser:
    """Keeps cookies, and comes through CloudFront and the load balancer as far as its headers tell."""

    url: str
    cookies: dict[str, str] = field(default_factory=dict)

    def __call__(
        self, method: str, path: str, body: Any = None, *, seconds: float = 120, **headers: str
    ) -> tuple[int, Any]:
        """Ask; give the status and what was answered, as an object where it is JSON."""
        sent = {
            "Content-Type": "application/json",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "203.0.113.7, 130.176.0.1",
            "x-request-from": "internal",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.url + path, data=data, headers=sent, method=method)
        try:
            with urllib.request.urlopen(request, timeout=seconds) as answer:
                for cookie in answer.headers.get_all("Set-Cookie") or ():
                    name, _, value = cookie.partition(";")[0].partition("=")
                    self.cookies[name] = value
                return answer.status, _read(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, _read(error.read())


def _read(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return data.decode(errors="replace")


@dataclass
class Model:
    """An endpoint that speaks as Databricks' model serving does."""

    url: str
    asked: list[tuple[str, str]]  # path and Authorization of each question
    slow_seconds: list[float]  # how long it thinks about the next ones
    failing: list[bool]  # whether it answers the next ones with an error
    told: list[dict[str, int]]  # the tokens that it said an answer took: given and not cached, cached, answered with


@contextmanager
def model() -> Iterator[Model]:
    """Run such an endpoint."""
    found = Model("", [], [], [], [])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            asked = json.loads(self.rfile.read(length))
            found.asked.append((self.path, self.headers["Authorization"]))
            time.sleep(found.slow_seconds.pop() if found.slow_seconds else 0)
            if found.failing and found.failing.pop():
                # a kind of error that no client tries again
                self.send_error(400)
                return
            streamed = asked.get("stream", False)
            if self.path.endswith("/embeddings"):
                answers = [_embeddings(asked, self._usage(0))]
            elif streamed:
                answers = [_answer(asked, "chat.completion.chunk", "delta", None)]
                # as OpenAI does: in a chunk of its own, where it is asked for
                if asked.get("stream_options", {}).get("include_usage"):
                    answers.append({**answers[0], "choices": [], "usage": self._usage(5)})
            else:
                answers = [_answer(asked, "chat.completion", "message", self._usage(5))]
            texts = [json.dumps(each) for each in answers]
            body = ("".join(f"data: {text}\n\n" for text in (*texts, "[DONE]")) if streamed else texts[0]).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream" if streamed else "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _usage(self, output: int) -> dict[str, Any]:
            """Return other figures each time, and note them."""
            told = {"input": 10 + len(found.told), "cached": 3 if output else 0, "output": output}
            found.told.append(told)
            given = told["input"] + told["cached"]
            return {
                "prompt_tokens": given,
                "completion_tokens": output,
                "total_tokens": given + output,
                "prompt_tokens_details": {"cached_tokens": told["cached"]},
            }

        def log_message(self, format: str, *arguments: Any) -> None:
            """Say nothing."""

    with _answering(Handler) as url:
        found.url = f"{url}/serving-endpoints"
        yield found


@contextmanager
def _answering(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _answer(asked: dict[str, Any], kind: str, part: str, usage: dict[str, Any] | None) -> dict[str, Any]:
    question = asked["messages"][-1]["content"]
    said = {"role": "assistant", "content": f"heard: {question if isinstance(question, str) else 'a list'}"}
    return {
        "id": "1",
        "object": kind,
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, part: said, "finish_reason": "stop"}],
        **({"usage": usage} if usage else {}),
    }


def _embeddings(asked: dict[str, Any], usage: dict[str, Any]) -> dict[str, Any]:
    texts = asked["input"] if isinstance(asked["input"], list) else [asked["input"]]
    vectors = [{"object": "embedding", "index": index, "embedding": [0.1, 0.2]} for index, _ in enumerate(texts)]
    return {"object": "list", "model": "m", "data": vectors, "usage": usage}


def flow(package: Path, model_url: str, credential: str, *, streaming: bool = False) -> dict[str, Any]:
    """Return a flow that hands the question to the model; made of Flowise's own template."""
    template = _template(package, "agentflowsv2/Translator.json")
    for node in template["nodes"]:
        if node["data"]["name"] == "llmAgentflow":
            node["data"]["inputs"] |= {
                "llmModel": "chatOpenAI",
                "llmMessages": [],
                "llmModelConfig": _model("llmModel", model_url, credential, streaming=streaming),
            }
    return _whole("AGENTFLOW", template)


def agent(package: Path, model_url: str, credential: str, mail: str) -> dict[str, Any]:
    """Return an agent that asks the model, with a tool that reads mail by the credential `mail`."""
    template = _template(package, "agentflowsv2/Simple RAG.json")
    for node in template["nodes"]:
        if node["data"]["name"] == "agentAgentflow":
            node["data"]["inputs"] |= {
                "agentModel": "chatOpenAI",
                "agentMessages": [],
                "agentKnowledgeDocumentStores": "",
                "agentModelConfig": _model("agentModel", model_url, credential),
                "agentTools": [
                    {
                        "agentSelectedTool": "gmail",
                        "agentSelectedToolConfig": {
                            "agentSelectedTool": "gmail",
                            "gmailType": "labels",
                            "labelActions": '["listLabels"]',
                            "FLOWISE_CREDENTIAL_ID": mail,
                        },
                    }
                ],
            }
    return _whole("AGENTFLOW", template)


def _model(key: str, url: str, credential: str, *, streaming: bool = False) -> dict[str, Any]:
    return {
        key: "chatOpenAI",
        "modelName": "databricks-model",
        "basepath": url,
        "streaming": streaming,
        "FLOWISE_CREDENTIAL_ID": credential,
    }


def chain(package: Path, model_url: str, credential: str) -> dict[str, Any]:
    """Return the same as a chatflow of the older kind."""
    template = _template(package, "chatflows/Conversation Chain.json")
    for node in template["nodes"]:
        if node["data"]["name"] == "chatOpenAI":
            node["data"] |= {"credential": credential}
            # where it streams, LangChain counts the tokens, and asks tiktoken.pages.dev how for a minute and a half
            node["data"]["inputs"] |= {"modelName": "databricks-model", "basepath": model_url, "streaming": False}
    return _whole("CHATFLOW", template)


def _template(package: Path, name: str) -> dict[str, Any]:
    template: dict[str, Any] = json.loads((package / "marketplaces" / name).read_text())
    return template


def _whole(kind: str, template: dict[str, Any]) -> dict[str, Any]:
    data = {"nodes": template["nodes"], "edges": template["edges"], "viewport": {"x": 0, "y": 0, "zoom": 1}}
    return {"name": "live", "type": kind, "deployed": False, "isPublic": False, "flowData": json.dumps(data)}


PIXEL = base64.b64encode(
    bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
        "1f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
    )
).decode()


@dataclass
class Provider:
    """Whoever gives tokens for credentials by OAuth 2.0 (RFC 6749, 4.1.3 and 6)."""

    url: str
    asked: list[dict[str, str]]  # the form of each request


@contextmanager
def provider() -> Iterator[Provider]:
    """Run one that gives everybody tokens, numbered, for an hour."""
    found = Provider("", [])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = self.rfile.read(int(self.headers["Content-Length"])).decode()
            found.asked.append(dict(urllib.parse.parse_qsl(form)))
            number = len(found.asked)
            tokens = {"access_token": f"token-{number}", "refresh_token": f"refresh-{number}", "expires_in": 3600}
            body = json.dumps(tokens).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: Any) -> None:
            """Say nothing."""

    with _answering(Handler) as url:
        found.url = f"{url}/token"
        yield found
