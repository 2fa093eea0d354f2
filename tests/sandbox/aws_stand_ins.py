"""Programs that speak as AWS's providers do: `python -m tests.sandbox.aws_stand_ins terraform|pulumi`.

Both know queues alone: a visibility timeout above twelve hours is refused, and a queue that becomes FIFO is replaced.
They serve until they are ended, and refuse to work where they could reach an account.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from sandbox.aws_provider import msgpack
from sandbox.aws_provider.msgpack import UNKNOWN
from sandbox.aws_provider.terraform import PACKAGE, messages
from sandbox.wire import to_python, to_struct

MOST = 43200
REFUSED = "expected visibility_timeout_seconds to be in the range (0 - 43200)"


def _attribute(name: str, kind: str = '"string"', *, computed: bool = False) -> Any:
    return messages()["Attribute"](name=name, type=kind.encode(), optional=name != "id", computed=computed)


def _schemas(_: Any) -> Any:
    made = messages()
    endpoints = made["Block"](attributes=[_attribute("sqs")])
    provider = made["Block"](blocks=[made["Nested"](name="endpoints", block=endpoints, nesting=3)])
    queue = made["Block"](
        attributes=[
            _attribute("fifo_queue", '"bool"'),
            _attribute("id", computed=True),
            _attribute("name", computed=True),
            _attribute("policy", computed=True),
            _attribute("visibility_timeout_seconds", '"number"'),
        ]
    )
    resources = [made["Named"](key="aws_sqs_queue", value=made["Schema"](block=queue))]
    return made["Schemas"](provider=made["Schema"](block=provider), resources=resources)


def _configured(request: Any) -> Any:
    config = msgpack.unpack(request.config.msgpack)
    lost = not all(said.startswith("http://127.0.0.1:") for said in config["endpoints"][0].values())
    fault = [messages()["Diagnostic"](severity=1, summary="it would reach AWS")] if lost or _keys() else []
    return messages()["Judged"](diagnostics=fault)


def _judged(request: Any) -> Any:
    config = msgpack.unpack(request.config.msgpack)
    seconds = config["visibility_timeout_seconds"]
    if not isinstance(seconds, int) or seconds <= MOST:
        return messages()["Judged"]()
    path = messages()["Path"](steps=[messages()["Step"](name="visibility_timeout_seconds")])
    fault = messages()["Diagnostic"](severity=1, summary=f"{REFUSED}, got {seconds}", attribute=path)
    return messages()["Judged"](diagnostics=[fault])


def _planned(request: Any) -> Any:
    prior, planned = msgpack.unpack(request.prior.msgpack), msgpack.unpack(request.proposed.msgpack)
    replaces = []
    if planned["visibility_timeout_seconds"] is None:
        planned["visibility_timeout_seconds"] = 30
    planned["fifo_queue"] = bool(planned["fifo_queue"])
    if prior is None:
        planned["id"] = planned["name"] = UNKNOWN
    elif prior["fifo_queue"] != planned["fifo_queue"]:
        replaces = [messages()["Path"](steps=[messages()["Step"](name="fifo_queue")])]
    return messages()["Planned"](state=messages()["Value"](msgpack=msgpack.pack(planned)), replaces=replaces)


def _keys() -> list[str]:
    return [name for name in ("AWS_SESSION_TOKEN", "AWS_PROFILE") if name in os.environ]


_METHODS = {
    "GetSchema": ("Nothing", _schemas),
    "Configure": ("Configuration", _configured),
    "ValidateResourceTypeConfig": ("Judge", _judged),
    "PlanResourceChange": ("Plan", _planned),
}


class _Plugin(provider_pb2_grpc.ResourceProviderServicer):
    def CheckConfig(self, request: Any, context: Any) -> Any:
        news = to_python(request.news)
        reached = news.get("skipCredentialsValidation") != "true" or "profile" in news or _keys()
        failures = [provider_pb2.CheckFailure(property="profile", reason="it would reach AWS")] if reached else []
        failures += [provider_pb2.CheckFailure(reason="no such region")] if news.get("region") == "mars" else []
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    def Configure(self, request: Any, context: Any) -> Any:
        if request.variables.get("aws:config:accessKey") != "none" or "aws:config:profile" in request.variables:
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "it would reach AWS")
        return provider_pb2.ConfigureResponse()

    def Check(self, request: Any, context: Any) -> Any:
        news = to_python(request.news)
        if news.get("visibilityTimeoutSeconds") == "burst":
            context.abort(grpc.StatusCode.INTERNAL, "the plugin burst")
        failures = []
        if news.get("visibilityTimeoutSeconds", 0) > MOST:
            failures = [provider_pb2.CheckFailure(property="visibilityTimeoutSeconds", reason=REFUSED)]
        return provider_pb2.CheckResponse(inputs=to_struct({"name": "named-by-it", **news}), failures=failures)

    def Diff(self, request: Any, context: Any) -> Any:
        old, new = to_python(request.old_inputs), to_python(request.news)
        replaced = ["fifoQueue"] if bool(old.get("fifoQueue")) != bool(new.get("fifoQueue")) else []
        response = provider_pb2.DiffResponse
        changed = old.get("visibilityTimeoutSeconds", 30) != new.get("visibilityTimeoutSeconds", 30)
        changes = response.DIFF_SOME if replaced or changed else response.DIFF_NONE
        return response(changes=changes, replaces=replaced)

    def Attach(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()


def main(which: str) -> None:
    """Serve, and say where."""
    server = grpc.server(ThreadPoolExecutor(4))
    port = server.add_insecure_port("127.0.0.1:0")
    if which == "pulumi":
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(_Plugin(), server)
        said = str(port)
    else:
        handlers: dict[str, Any] = {
            name: grpc.unary_unary_rpc_method_handler(
                lambda request, _, answer=answer: answer(request),
                request_deserializer=messages()[asked].FromString,
                response_serializer=lambda message: message.SerializeToString(),
            )
            for name, (asked, answer) in _METHODS.items()
        }
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(f"{PACKAGE}.Provider", handlers),))
        said = f"1|5|tcp|127.0.0.1:{port}|grpc|"
    server.start()
    print(said, flush=True)
    server.wait_for_termination()


if __name__ == "__main__":
    main(sys.argv[1])
