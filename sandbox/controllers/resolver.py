"""The resolver of a cluster, played: it answers for names that somebody here knows, on 127.0.0.1, and for no others."""

import ipaddress
import socketserver
import struct
import threading
from collections.abc import Callable
from typing import Any

# RFC 1035, 4.1 and 3.2: a header of six numbers, then the question; an address of version 4, of the internet's class
_HEADER = struct.Struct("!6H")
_A, _INTERNET = 1, 1
_RESPONSE, _RECURSION = 0x8480, 0x0100  # an answer by who knows, and would recur; recursion as it was asked for
_NO_SUCH_NAME = 3
_POINTER_TO_NAME = 0xC00C
_SECONDS = 1  # for how long an answer may be kept
Lookup = Callable[[str], str | None]


def answer(query: bytes, lookup: Lookup) -> bytes:
    """Return the answer to a question of one name: its address, none of another type, or that there is no such name.

    `lookup` gives a name's IPv4 address. Raises ValueError for what is no question.
    """
    try:
        identity, flags, questions, *_ = _HEADER.unpack_from(query)
        name, end = _name(query, _HEADER.size)
        kind, _ = struct.unpack_from("!2H", query, end)
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise ValueError(f"no question: {error}") from error
    if questions != 1:
        raise ValueError(f"{questions} questions in one")
    address = lookup(name)
    told = _RESPONSE | (flags & _RECURSION) | (0 if address else _NO_SUCH_NAME)
    record = b""
    if address and kind == _A:
        packed = ipaddress.IPv4Address(address).packed
        record = struct.pack("!3HIH", _POINTER_TO_NAME, _A, _INTERNET, _SECONDS, len(packed)) + packed
    head = _HEADER.pack(identity, told, 1, 1 if record else 0, 0, 0)
    return head + query[_HEADER.size : end + 4] + record


def _name(query: bytes, at: int) -> tuple[str, int]:
    labels = []
    while length := query[at]:
        labels.append(query[at + 1 : at + 1 + length].decode("ascii"))
        at += 1 + length
    return ".".join(labels).lower(), at + 1


class Resolver:
    """A server that answers by a function, until it is stopped."""

    def __init__(self, lookup: Lookup) -> None:
        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                query, socket = self.request
                try:
                    said = answer(query, lookup)
                except ValueError:
                    return  # as a server does with what it cannot read
                socket.sendto(said, self.client_address)

        self._server: Any = socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        """Where it listens."""
        host, port = self._server.server_address
        return f"{host}:{port}"

    def stop(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()
