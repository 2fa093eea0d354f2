"""CloudFront's part: the site over HTTPS with the headers that the stack adds, and the world around it.

Of the distribution it plays the response headers policies and nothing else: no cache, no function, no firewall.
"""

import fnmatch
import http.client
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.waiting import PATIENCE_SECONDS

from .servers import Authority

Headers = list[tuple[str, str]]
# RFC 9110, 7.6.1: of one connection, not of the answer
HOP_BY_HOP = ("connection", "keep-alive", "transfer-encoding")
NO_BODY = (204, 304)


@dataclass(frozen=True)
class File:
    """What another site answers."""

    body: str = ""
    kind: str = "text/plain"
    readers: str = "*"  # Access-Control-Allow-Origin


def _as_it_is(name: str, value: str) -> str:
    return value


@dataclass
class Edge:
    """The site as browsers see it, by its own name; `elsewhere` are files of other sites by their URL."""

    site: str
    port: int
    elsewhere: dict[str, File]
    broken: Callable[[str, str], str] = _as_it_is  # what becomes of a header's value in a test that breaks it

    @property
    def url(self) -> str:
        """Give the site's address."""
        return f"https://{self.site}"


@contextmanager
def edge(
    site: str,
    policies: Sequence[tuple[str, Mapping[str, Any]]],
    origin_port: int,
    authority: Authority,
    elsewhere: Mapping[str, File],
) -> Iterator[Edge]:
    """Serve the site, which lies at a port of this machine, and the files of other sites, whoever is asked for."""
    played = Edge(site, 0, dict(elsewhere))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            if self.headers["Host"] == played.site:
                self.forward()
            else:
                self.other_site()

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = answer

        def forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            sent = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
            # as the load balancer hands on what CloudFront sent it
            sent |= {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7, 130.176.0.1"}
            origin = http.client.HTTPConnection("127.0.0.1", origin_port, timeout=PATIENCE_SECONDS)
            try:
                origin.request(self.command, self.path, body or None, sent)
                self.relay(origin.getresponse())
            finally:
                origin.close()

        def relay(self, answer: http.client.HTTPResponse) -> None:
            headers = [(name, value) for name, value in answer.getheaders() if name.lower() not in HOP_BY_HOP]
            path = self.path.partition("?")[0]
            policy = next(policy for pattern, policy in policies if fnmatch.fnmatchcase(path, pattern))
            empty = self.command == "HEAD" or answer.status in NO_BODY
            chunked = answer.length is None and not empty
            self.send_response_only(answer.status)
            for name, value in with_policy(policy, headers):
                self.send_header(name, played.broken(name, value))
            if chunked:
                self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            # piece by piece as they come, or an answer that is streamed would arrive at once
            while not empty and (piece := answer.read1(65536)):
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
            if chunked:
                self.wfile.write(b"0\r\n\r\n")

        def other_site(self) -> None:
            url = f"https://{self.headers['Host']}{self.path.partition('?')[0]}"
            file = played.elsewhere.get(url, File())
            body = file.body.encode()
            self.send_response_only(200)
            self.send_header("Content-Type", file.kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Access-Control-Allow-Origin", file.readers)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: Any) -> None:
            """Say nothing."""

    server = _Server(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.certificate, authority.key)
    # the handshake is made where the connection is read: whoever hangs up holds up nobody
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    played.port = server.server_port
    try:
        yield played
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a browser that leaves a page hangs up."""


def with_policy(policy: Mapping[str, Any], headers: Headers) -> Headers:
    """Return the headers of an answer of the origin's as a response headers policy leaves them."""
    assert not policy.get("corsConfig"), "not played: no policy of a path of Flowise's has it"
    removed = {item["header"].lower() for item in policy.get("removeHeadersConfig", {}).get("items", ())}
    kept = [(name, value) for name, value in headers if name.lower() not in removed]
    for name, value, override in [*_security(policy), *_custom(policy)]:
        theirs = [each for each in kept if each[0].lower() == name]
        if override or not theirs:
            kept = [each for each in kept if each not in theirs] + [(name, value)]
    return kept


def _security(policy: Mapping[str, Any]) -> Iterator[tuple[str, str, bool]]:
    found = dict(policy.get("securityHeadersConfig") or {})
    simple = {
        "contentTypeOptions": lambda _: ("x-content-type-options", "nosniff"),
        "referrerPolicy": lambda each: ("referrer-policy", each["referrerPolicy"]),
        "contentSecurityPolicy": lambda each: ("content-security-policy", each["contentSecurityPolicy"]),
        "frameOptions": lambda each: ("x-frame-options", each["frameOption"]),
        "strictTransportSecurity": _strict,
    }
    for kind, each in found.items():
        if each:
            yield *simple[kind](each), each["override"]


def _strict(each: Mapping[str, Any]) -> tuple[str, str]:
    flags = [flag for flag in ("includeSubdomains", "preload") if each.get(flag)]
    parts = [f"max-age={each['accessControlMaxAgeSec']}", *flags]
    return "strict-transport-security", "; ".join(parts).replace("includeSubdomains", "includeSubDomains")


def _custom(policy: Mapping[str, Any]) -> Iterator[tuple[str, str, bool]]:
    for item in policy.get("customHeadersConfig", {}).get("items", ()):
        yield item["header"], item["value"], item["override"]
