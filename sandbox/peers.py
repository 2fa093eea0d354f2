"""Who calls: a server on 127.0.0.1 takes calls from every user of the machine, and these are for one.

The engine attaches to a language host and to providers by a port alone (PULUMI_DEBUG_LANGUAGES, PULUMI_DEBUG_PROVIDERS;
v3.259.0, pkg/resource/plugin): neither by a unix socket nor with a token. So the kernel is asked whose the caller's
socket is. Where it does not say, as on macOS, nobody is refused.
"""

import os
import socket
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc

# Documentation/networking/proc_net_tcp.rst: local and remote address in the machine's byte order, and the socket's uid
_TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_LOCAL, _REMOTE, _UID = 1, 2, 7


def uid_of(peer: str, port: int, tables: str) -> int | None:
    """Return the user whose socket is connected from a peer, as gRPC names it, to a port of this machine; None: no
    such.
    """
    ends = (f":{int(peer.rpartition(':')[2]):04X}", f":{port:04X}")
    for line in tables.splitlines():
        fields = line.split()
        if len(fields) > _UID and fields[_LOCAL].endswith(ends[0]) and fields[_REMOTE].endswith(ends[1]):
            return int(fields[_UID])
    return None


def asked(peer: str, port: int) -> int | None:
    """Return the same, asked of the kernel for this one connection: the tables take it ten milliseconds to write.

    man 7 sock_diag; NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY and the layouts are of linux/sock_diag.h and inet_diag.h.
    """
    here = socket.inet_aton("127.0.0.1").ljust(16, b"\0")
    ends = struct.pack("!HH", int(peer.rpartition(":")[2]), port) + here + here
    any_state, no_cookie = 0xFFFFFFFF, struct.pack("=III", 0, 0xFFFFFFFF, 0xFFFFFFFF)
    request = struct.pack("=BBBxI", socket.AF_INET, socket.IPPROTO_TCP, 0, any_state) + ends + no_cookie
    family = getattr(socket, "AF_NETLINK", None)
    if family is None:
        return None
    try:
        with socket.socket(family, socket.SOCK_RAW, 4) as kernel:
            kernel.settimeout(1)
            kernel.send(struct.pack("=IHHII", 16 + len(request), 20, 1, 1, 0) + request)
            answer = kernel.recv(4096)
    except OSError:
        return None
    if struct.unpack_from("=H", answer, 4) != (20,):
        return None
    # after the header: four bytes, the connection, three numbers, and then whose it is
    uid: int = struct.unpack_from("=I", answer, 80)[0]
    return uid


class SameUserInterceptor(grpc.ServerInterceptor):
    """Refuses calls of every user but one. `port` is the server's own, once it has it."""

    def __init__(self, uid: int | None = None) -> None:
        self.port = 0
        self._uid = os.getuid() if uid is None else uid

    def intercept_service(self, continuation: Callable[[Any], Any], handler_call_details: Any) -> Any:
        """Let whatever handles a call begin with asking who it is from."""
        handler = continuation(handler_call_details)
        if handler is None:
            return None
        made = {
            (False, False): grpc.unary_unary_rpc_method_handler,
            (False, True): grpc.unary_stream_rpc_method_handler,
            (True, False): grpc.stream_unary_rpc_method_handler,
            (True, True): grpc.stream_stream_rpc_method_handler,
        }[handler.request_streaming, handler.response_streaming]
        behavior = handler.unary_unary or handler.unary_stream or handler.stream_unary or handler.stream_stream

        def checked(request: Any, context: grpc.ServicerContext) -> Any:
            if not self._is_ours(context.peer()):
                context.abort(grpc.StatusCode.PERMISSION_DENIED, "this sandbox is another user's")
            return behavior(request, context)

        return made(checked, handler.request_deserializer, handler.response_serializer)

    def _is_ours(self, peer: str) -> bool:
        # each time: a port that was ours may be somebody else's by now
        uid = asked(peer, self.port)
        if uid is None:
            tables = [path.read_text(encoding="ascii") for path in _TABLES if path.exists()]
            uid = uid_of(peer, self.port, "\n".join(tables)) if tables else self._uid
        return uid == self._uid
