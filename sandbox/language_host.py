"""A Python language host: it starts the program, and policy packs, in processes of their own.

It stands in for `pulumi-language-python`, which a CLI built from Go modules lacks, and runs each in its own virtual
environment, or in the sandbox's where it has none. The official host is not needed, and not in the way.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, language_pb2, language_pb2_grpc, plugin_pb2

from . import warm
from .credentials import without_credentials
from .interpreter import RUNS_PACKS, environment_of, interpreter
from .schema import PACKAGES

_PROGRAM = Path(__file__).with_name("run_program.py")


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """Runs programs for any number of engines, each known by its connection."""

    def __init__(self) -> None:
        self._engines: dict[str, str] = {}

    def Handshake(self, request: Any, context: grpc.ServicerContext) -> language_pb2.LanguageHandshakeResponse:
        """Remember where the engine behind this connection takes log messages."""
        self._engines[context.peer()] = request.engine_address
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        """No version of its own: it is part of the sandbox."""
        return plugin_pb2.PluginInfo()

    def GetRequiredPackages(
        self, request: Any, context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPackagesResponse:
        """None: the engine need not look for plugins, the providers are attached."""
        return language_pb2.GetRequiredPackagesResponse()

    def GetRequiredPlugins(
        self, request: Any, context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPluginsResponse:
        """Return the older form of the same question."""
        return language_pb2.GetRequiredPluginsResponse()

    def GetProgramDependencies(
        self, request: Any, context: grpc.ServicerContext
    ) -> language_pb2.GetProgramDependenciesResponse:
        """None worth reporting."""
        return language_pb2.GetProgramDependenciesResponse()

    def InstallDependencies(
        self, request: Any, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.InstallDependenciesResponse]:
        """Nothing to install: a program's environment is its own affair."""
        yield from ()

    def About(self, request: Any, context: grpc.ServicerContext) -> language_pb2.AboutResponse:
        """Which interpreter runs the programs."""
        return language_pb2.AboutResponse(executable=sys.executable, version=sys.version.split()[0])

    def Cancel(self, request: Any, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Return a program ends when its engine does: its next call to it fails."""
        return empty_pb2.Empty()

    def Run(self, request: Any, context: grpc.ServicerContext) -> language_pb2.RunResponse:
        """Run the program to its end. Its output becomes messages of the engine."""
        directory = Path(request.info.program_directory or request.pwd)
        settings = {
            "project": request.project,
            "stack": request.stack,
            "organization": request.organization,
            "monitor": request.monitor_address,
            "engine": self.engine_of(context),
            "parallel": request.parallel,
            "preview": request.dryRun,
            "config": dict(request.config),
            "secret_keys": list(request.configSecretKeys),
            "root": request.info.root_directory or str(directory),
            "packages": list(PACKAGES),
            "program": str(directory / (request.info.entry_point or request.program or ".")),
        }
        program = warm.start(
            [str(_PROGRAM)],
            cwd=directory,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            python=interpreter(request.info.options.fields["virtualenv"].string_value),
        )
        assert program.stdin is not None
        program.stdin.write(json.dumps(settings))
        program.stdin.close()
        return self.followed(program, settings["engine"], context, told=1)

    def engine_of(self, context: grpc.ServicerContext) -> str:
        """Return where the engine behind a connection takes log messages."""
        return self._engines.get(context.peer(), "")

    def followed(
        self, program: warm.Process, address: str, context: grpc.ServicerContext, told: int
    ) -> language_pb2.RunResponse:
        """Hand on what a program says, until it ends; with the status `told` it has said itself what was wrong."""
        context.add_callback(program.kill)
        with grpc.insecure_channel(address) as channel:
            engine = engine_pb2_grpc.EngineStub(channel)
            readers = [
                threading.Thread(target=_forward, args=(engine, stream), daemon=True)
                for stream in (program.stdout, program.stderr)
            ]
            for reader in readers:
                reader.start()
            code = program.wait()
            for reader in readers:
                reader.join()
        if code == 0:
            return language_pb2.RunResponse()
        if code == told:
            return language_pb2.RunResponse(bail=True)
        return language_pb2.RunResponse(error=f"the program ended with exit status {code}")

    def RunPlugin(self, request: Any, context: grpc.ServicerContext) -> Iterator[language_pb2.RunPluginResponse]:
        """Run a policy pack, where the engine asks its language host to."""
        directory = request.info.program_directory or request.pwd
        options = {"options": dict(request.info.options.items())}
        needs = "pulumi_policy" if request.kind == "analyzer" else "pulumi"
        plugin = warm.start(
            [*([str(RUNS_PACKS)] if request.kind == "analyzer" else ["-m", "__main__"]), *request.args, "."],
            cwd=directory,
            # the engine's own, which `serve` lets be any; what this process has was kept on purpose
            env=without_credentials(dict(item.split("=", 1) for item in request.env) or os.environ, os.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=sys.stderr,
            python=interpreter(environment_of(Path(directory), options, needs=needs)),
        )
        context.add_callback(plugin.kill)
        assert plugin.stdout is not None
        for line in iter(plugin.stdout.readline, b""):
            yield language_pb2.RunPluginResponse(stdout=line)
        yield language_pb2.RunPluginResponse(exitcode=plugin.wait())


def _forward(engine: Any, stream: Any) -> None:
    for line in stream:
        try:
            engine.Log(engine_pb2.LogRequest(severity=engine_pb2.INFO, message=line))
        except grpc.RpcError:
            os.write(2, line.encode())
