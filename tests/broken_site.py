"""A server of which no whole answer of HTTP comes back, as of a port that something else listens on."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# no status, and a body that ends too early
ANSWERS = (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{")


class _Handler(socketserver.StreamRequestHandler):
    server: "_Server"

    def handle(self) -> None:
        # whoever asks is heard to the end: what is closed on unread words is a reset
        while self.rfile.readline().strip():
            pass
        self.wfile.write(self.server.answer)


class _Server(socketserver.ThreadingTCPServer):
    def __init__(self, answer: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """Give the address of a server that answers so, for as long as the block lasts."""
    server = _Server(answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
