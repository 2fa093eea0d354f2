"""Pulumi's own plugin as the judge: CheckConfig, Check and Diff are asked of it, and what it takes is played here.

It speaks the engine's own protocol, so requests are handed on as they came. It gets no key and no way to AWS.
"""

import os
import threading
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2

from .. import stateful
from ..account import Account
from ..clusters.registry import Clusters
from ..credentials import without_credentials
from ..provider import Provider, type_and_name
from ..real_provider.process import ProviderProcess
from .refuser import Refuser

# What its configuration says in place of what a program's would look up: https://www.pulumi.com/registry/packages/aws/
# (provider settings).
_OFFLINE = {
    "accessKey": "none",
    "secretKey": "none",
    "skipCredentialsValidation": "true",
    "skipRequestingAccountId": "true",
    "skipMetadataApiCheck": "true",
    "skipRegionValidation": "true",
    "maxRetries": "0",
}
# What leads to a login, or elsewhere.
_LOGINS = (
    *("profile", "token", "assumeRoles", "assumeRoleWithWebIdentity"),
    *("sharedConfigFiles", "sharedCredentialsFiles", "endpoints"),
)


class PluginProvider(Provider):
    """The provider of AWS, whose judgements are a plugin's."""

    def __init__(self, account: Account, clusters: Clusters, program: Path) -> None:
        super().__init__("aws", account, clusters)
        self._program = program
        self._refuser = Refuser()
        self._turn = threading.Lock()
        self._processes: dict[str, ProviderProcess] = {}

    def stop(self) -> None:
        """End every process."""
        with self._turn:
            for process in self._processes.values():
                process.stop()
        self._refuser.stop()

    def Attach(self, request: Any, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Let the plugin's own warnings reach the engine, too."""
        self._process(context).attach(request.address)
        return super().Attach(request, context)

    def CheckConfig(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.CheckResponse:
        """Refuse what ours refuses, and then what the plugin does."""
        refused = super().CheckConfig(request, context)
        if refused.failures:
            return refused
        asked = provider_pb2.CheckRequest()
        asked.CopyFrom(request)
        _offline(asked.news)
        answer = self._asked(context, self._process(context).calls.CheckConfig, asked)
        return provider_pb2.CheckResponse(inputs=request.news, failures=answer.failures)

    def Configure(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.ConfigureResponse:
        """Configure both: the plugin for no account."""
        asked = provider_pb2.ConfigureRequest()
        asked.CopyFrom(request)
        _offline(asked.args)
        for key in [key for key in asked.variables if key.rpartition(":")[2] in _LOGINS]:
            del asked.variables[key]
        for key, value in _OFFLINE.items():
            asked.variables[f"aws:config:{key}"] = value
        self._asked(context, self._process(context).calls.Configure, asked)
        return super().Configure(request, context)

    def Check(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.CheckResponse:
        """Return the plugin's inputs and refusals."""
        token, _ = type_and_name(request.urn)
        self._account.seen[request.urn] = token
        answer: provider_pb2.CheckResponse = self._asked(context, self._process(context).calls.Check, request)
        return answer

    def Diff(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.DiffResponse:
        """Return what the plugin says of a change, and warn of data that it would take away."""
        if request.urn in self._imported:
            return super().Diff(request, context)
        answer: provider_pb2.DiffResponse = self._asked(context, self._process(context).calls.Diff, request)
        self._warn(request.urn, stateful.warning(type_and_name(request.urn)[0], tuple(answer.replaces)))
        return answer

    def _process(self, context: grpc.ServicerContext) -> ProviderProcess:
        """Return the process behind a connection, which the engine makes for each provider instance."""
        with self._turn:
            peer = context.peer()
            if peer not in self._processes:
                away = {"HOME": os.devnull, "AWS_ENDPOINT_URL": self._refuser.address}
                self._processes[peer] = ProviderProcess(self._program, without_credentials(os.environ) | away)
            return self._processes[peer]

    @staticmethod
    def _asked(context: grpc.ServicerContext, call: Any, request: Any) -> Any:
        try:
            return call(request)
        except grpc.RpcError as error:
            said: Any = error
            context.abort(said.code(), said.details())


def _offline(settings: Any) -> None:
    for key in _LOGINS:
        settings.fields.pop(key, None)
    for key, value in _OFFLINE.items():
        settings.fields[key].string_value = value
