"""Requests to an API server that is not ready to answer."""

from email.message import Message
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sandbox.control_plane import KubernetesError
from sandbox.control_plane.credentials import Credentials
from sandbox.control_plane.transport import Transport


def answered(monkeypatch: pytest.MonkeyPatch, folder: Path, *answers: tuple[int, str, bytes]) -> list[Any]:
    """Return what a transport asks whose server answers so (status, Retry-After, body), and the
    answer that it gives.
    """
    ca = Credentials.of(folder).ca.read_text(encoding="utf-8")
    transport = Transport("https://127.0.0.1:1", ca, "token")
    asked: list[Any] = []

    def ask(message: Any) -> tuple[Any, bytes]:
        status, after, body = answers[len(asked)]
        asked.append(message.path)
        headers = Message()
        if after:
            headers["Retry-After"] = after
        return SimpleNamespace(status=status, reason="", headers=headers), body

    monkeypatch.setattr(transport, "_asked", ask)
    return [transport.request("GET", "/apis/shop"), *asked]


def test_a_server_that_asks_to_be_asked_again_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    answers = ((429, "0", b"storage is (re)initializing"), (200, "", b'{"items": []}'))
    assert answered(monkeypatch, tmp_path, *answers) == [{"items": []}, "/apis/shop", "/apis/shop"]


def test_a_budget_that_forbids_an_eviction_is_no_such_wish(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    refusal = b'{"kind": "Status", "message": "Cannot evict pod"}'
    with pytest.raises(KubernetesError, match="Cannot evict pod"):
        answered(monkeypatch, tmp_path, (429, "", refusal))
