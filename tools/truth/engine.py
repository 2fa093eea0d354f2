"""The part of the engine that a provider calls back: it takes progress and warnings, and keeps none of them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2_grpc


class _Engine(engine_pb2_grpc.EngineServicer):
    def Log(self, _request: Any, _context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Hear what a provider has to say."""
        return empty_pb2.Empty()


@contextmanager
def listening() -> Iterator[str]:
    """Return where the engine listens, for as long as the block lasts: without one the provider does not work."""
    server = grpc.server(ThreadPoolExecutor(max_workers=8))
    engine_pb2_grpc.add_EngineServicer_to_server(_Engine(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(grace=None).wait()
