"""The process that plays the clouds: three providers and the language hosts, each on a free port of 127.0.0.1.

It prints one line of JSON (name -> port) and serves until its standard input closes, so that it never outlives the
command that started it. A process of its own, because providers that share the program's interpreter lock are slow.
"""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
from pulumi.runtime.proto import language_pb2_grpc, provider_pb2_grpc

from . import unjudged
from .account import Account
from .clusters.registry import Clusters
from .language_host import LanguageHost
from .node_host import NodeHost
from .peers import SameUserInterceptor
from .provider import Provider
from .run_options import RunOptions
from .schema import PACKAGES
from .world import World

# sdk/go/common/util/rpcutil: MaxRPCMessageSize, 400 MiB.
_OPTIONS = [("grpc.max_receive_message_length", 400 << 20), ("grpc.max_send_message_length", 400 << 20)]

_HOSTS = {"python": LanguageHost, "nodejs": NodeHost}

# An operation on a cluster waits in its thread until what it made is ready.
_WORKERS = 128


def main(world_file: Path, options: RunOptions) -> None:
    """Serve until standard input closes."""
    world = World(world_file)
    account = Account(world, options)
    charts = Path(options.charts_folder) if options.charts_folder else None
    clusters = Clusters(
        world_file.parent / "clusters",
        account.standing,
        charts,
        real=options.real_clusters,
        controllers=options.controllers,
    )
    ports: dict[str, int] = {}
    servers = []
    providers = []
    for name in (*PACKAGES, *_HOSTS):
        one_user = SameUserInterceptor()
        server = grpc.server(ThreadPoolExecutor(max_workers=_WORKERS), interceptors=[one_user], options=_OPTIONS)
        if name in _HOSTS:
            language_pb2_grpc.add_LanguageRuntimeServicer_to_server(_HOSTS[name](), server)
        else:
            made = _provider(name, account, clusters, world_file.parent, options)
            providers.append(made)
            provider_pb2_grpc.add_ResourceProviderServicer_to_server(made, server)
        ports[name] = one_user.port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        servers.append(server)
    sys.stdout.write(json.dumps(ports) + "\n")
    sys.stdout.flush()
    sys.stdin.read()
    for server in servers:
        server.stop(grace=None)
    for provider in providers:
        provider.stop()
    clusters.stop()
    unjudged.write(world_file.parent, account.seen)
    world.close()
    os._exit(0)


def _provider(package: str, account: Account, clusters: Clusters, folder: Path, options: RunOptions) -> Provider:
    if package == "kubernetes" and options.real_provider:
        from .real_provider.program import program  # noqa: PLC0415 # the others do not need it
        from .real_provider.proxy import ProxiedProvider  # noqa: PLC0415 # likewise

        return ProxiedProvider(account, clusters, program(), folder / "helm")
    if package == "aws" and options.aws_provider:
        from .aws_provider.asked import provider  # noqa: PLC0415 # likewise

        return provider(account, clusters, Path(options.aws_provider))
    return Provider(package, account, clusters)


if __name__ == "__main__":
    main(Path(sys.argv[1]), RunOptions.from_json(sys.argv[2]))
