"""Who may call a server of the sandbox."""

import os
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import language_pb2_grpc

from sandbox.language_host import LanguageHost
from sandbox.peers import SameUserInterceptor, asked, uid_of

# two users' sockets have one local port, towards different ports
TABLES = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:D431 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1 1
   1: 0100007F:8001 0100007F:D432 01 00000000:00000000 00:00000000 00000000  1000        0 2 1
   2: 0100007F:8001 0100007F:D431 01 00000000:00000000 00:00000000 00000000  1001        0 3 1
   3: 0100007F:D431 0100007F:8001 01 00000000:00000000 00:00000000 00000000  1000        0 4 1
   0: 0000000000000000FFFF00000100007F:8002 0000000000000000FFFF00000100007F:D431 01 0:0 0:0 0  1002        0 5 1
"""


def test_a_caller_is_known_by_both_ends_of_its_connection() -> None:
    assert uid_of("ipv4:127.0.0.1:32769", 0xD431, TABLES) == 1001
    assert uid_of("ipv4:127.0.0.1:32769", 0xD432, TABLES) == 1000
    assert uid_of("ipv4:127.0.0.1:32770", 0xD431, TABLES) == 1002
    assert uid_of("ipv4:127.0.0.1:32771", 0xD431, TABLES) is None
    assert uid_of("ipv4:127.0.0.1:32769", 0xD433, TABLES) is None


LINUX = pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="this kernel does not say whose a connection is")


@LINUX
def test_the_kernel_says_whose_a_connection_is() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            peer = f"ipv4:127.0.0.1:{client.getsockname()[1]}"
            assert asked(peer, port) in (os.getuid(), None)
            assert asked(peer, port + 1) is None
            assert uid_of(peer, port, Path("/proc/net/tcp").read_text()) == os.getuid()


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[int]:
    one_user = SameUserInterceptor(request.param)
    served = grpc.server(ThreadPoolExecutor(max_workers=1), interceptors=[one_user])
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(LanguageHost(), served)
    one_user.port = served.add_insecure_port("127.0.0.1:0")
    served.start()
    yield one_user.port
    served.stop(grace=None).wait()


@pytest.mark.parametrize("server", [os.getuid()], indirect=True)
def test_its_own_user_is_served(server: int) -> None:
    with grpc.insecure_channel(f"127.0.0.1:{server}") as channel:
        assert language_pb2_grpc.LanguageRuntimeStub(channel).GetPluginInfo(empty_pb2.Empty()) is not None


@LINUX
@pytest.mark.parametrize("server", [os.getuid() + 1], indirect=True)
def test_no_other_user_runs_a_program_here(server: int) -> None:
    with grpc.insecure_channel(f"127.0.0.1:{server}") as channel, pytest.raises(grpc.RpcError) as refused:
        language_pb2_grpc.LanguageRuntimeStub(channel).GetPluginInfo(empty_pb2.Empty())
    assert refused.value.code() == grpc.StatusCode.PERMISSION_DENIED
