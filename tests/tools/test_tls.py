"""What a site's TLS is said to be, of real servers on this machine, each with one fault."""

import socket
import ssl
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.live.servers import Authority, make_authority
from tools.tls import main

STRICT = "strict-transport-security: max-age=63072000; includeSubDomains; preload"
# what CloudFront's policy admits of TLS 1.2 (its developer guide, supported protocols and ciphers of viewers)
GOOD = "ECDHE+AESGCM:ECDHE+CHACHA20"
Change = Callable[[ssl.SSLContext], None]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    # RSA, for with a key of an elliptic curve there is no suite without forward secrecy
    return make_authority(tmp_path_factory.mktemp("authority"), key=["rsa:2048"])


@contextmanager
def server(authority: Authority, change: Change, header: str) -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.certificate, authority.key)
    context.set_ciphers(GOOD)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        change(context)
    answer = f"HTTP/1.1 200 OK\r\n{header}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode()

    def serve(listening: socket.socket) -> None:
        while True:
            try:
                asking, _ = listening.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(asking, server_side=True) as secure:
                    if secure.recv(4096):
                        secure.sendall(answer)
            except OSError:
                asking.close()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=[listening], daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
    thread.join()


def nothing(_: ssl.SSLContext) -> None:
    """Leave a server as it should be."""


def old(context: ssl.SSLContext) -> None:
    context.minimum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")


def not_new(context: ssl.SSLContext) -> None:
    context.maximum_version = ssl.TLSVersion.TLSv1_2


def without_forward_secrecy(context: ssl.SSLContext) -> None:
    context.set_ciphers(f"{GOOD}:AES256-GCM-SHA384")


def not_authenticated(context: ssl.SSLContext) -> None:
    context.set_ciphers(f"{GOOD}:ECDHE-RSA-AES128-SHA256")


@pytest.mark.parametrize(
    ("change", "header", "wrong"),
    [
        (nothing, STRICT, []),
        (nothing, "x-nothing: 1", ["HSTS holds half a year at least"]),
        (nothing, "strict-transport-security: max-age=86400", ["HSTS holds half a year at least"]),
        (not_new, STRICT, ["TLS 1.3 is spoken"]),
        (without_forward_secrecy, STRICT, ["what has no forward secrecy is refused"]),
        (not_authenticated, STRICT, ["what is encrypted and not authenticated is refused"]),
    ],
)
def test_each_fault_is_told(
    authority: Authority, change: Change, header: str, wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with server(authority, change, header) as port:
        ended = main([f"https://localhost:{port}", "--authorities", str(authority.bundle)])
    said = capsys.readouterr().out.splitlines()
    assert [line.removeprefix("WRONG  ") for line in said if line.startswith("WRONG")] == wrong
    assert len(said) == 6
    assert ended == bool(wrong)


def test_what_is_old_is_told(authority: Authority, capsys: pytest.CaptureFixture[str]) -> None:
    with server(authority, old, STRICT) as port:
        assert main([f"https://localhost:{port}", "--authorities", str(authority.bundle)]) == 1
    assert "WRONG  TLS 1.1 and 1.0 are refused" in capsys.readouterr().out


def test_who_is_not_trusted_is_told(authority: Authority, capsys: pytest.CaptureFixture[str]) -> None:
    with server(authority, nothing, STRICT) as port:
        assert main([f"https://localhost:{port}"]) == 1
    assert "WRONG  its certificate is trusted, and of its name" in capsys.readouterr().out


def test_nobody_there_is_no_grade(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    assert main([f"https://localhost:{port}"]) == 1
    assert "does not answer" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["ranking.example.com"])
    assert "must be an address" in capsys.readouterr().err
