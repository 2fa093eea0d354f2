"""Runs one Pulumi program, as `pulumi-language-python-exec` does. Started by the language host, by path.

Its settings come as JSON on standard input, since they may hold secrets. Nothing of the sandbox is importable here.
"""

import asyncio
import gc
import json
import logging
import os
import re
import runpy
import shutil
import sys
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import grpc
import pulumi
from pulumi.runtime import configure, resource, run_in_stack, set_all_config
from pulumi.runtime.proto import source_pb2
from pulumi.runtime.settings import SETTINGS, Settings

_tell_debug = pulumi.log.debug
_ELSEWHERE = "run this program with the official `pulumi`, or stand in for it: pulumi.runtime.set_mocks"


class _Monitor:
    """The engine's monitor, which is not asked for what nothing here plays: its own words would lead astray."""

    def __init__(self, monitor: Any, packages: list[str]) -> None:
        self._monitor = monitor
        # what Pulumi's own are, the program's providers among them; dynamic ones run as they are
        self._played = {*packages, "pulumi", "pulumi-python"}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._monitor, name)

    def RegisterResource(self, request: Any) -> Any:
        """Register a resource, unless it is one of a package, or of a kind, that is not played."""
        if request.remote:
            raise pulumi.RunError(
                f"{request.type} ({request.name}): a component that is built inside its provider is not played by the "
                "sandbox: write its parts as resources (kubernetes.yaml.ConfigGroup for yaml.v2, helm.v3.Release for "
                f"helm.v4.Chart), or {_ELSEWHERE}"
            )
        if request.custom:
            self._refuse_strangers(request.type, request.name)
        return self._monitor.RegisterResource(request)

    def ReadResource(self, request: Any) -> Any:
        """Read a resource, likewise; of another stack, in the one organization that the file backend knows."""
        self._refuse_strangers(request.type, request.name)
        if request.type == "pulumi:pulumi:StackReference":
            home = re.sub(r"^[^/]+(?=/[^/]+/[^/]+$)", "organization", request.id)
            request.id = request.properties["name"] = home
        return self._monitor.ReadResource(request)

    def Invoke(self, request: Any) -> Any:
        """Call a function, likewise."""
        self._refuse_strangers(request.tok, "")
        return self._monitor.Invoke(request)

    def _refuse_strangers(self, token: str, name: str) -> None:
        package = token.rpartition(":")[2] if token.startswith("pulumi:providers:") else token.partition(":")[0]
        if package not in self._played and shutil.which(f"pulumi-resource-{package}") is None:
            of = f"{token} ({name})" if name else token
            played = ", ".join(sorted(self._played - {"pulumi", "pulumi-python"}))
            raise pulumi.RunError(
                f"{of}: the package {package} is not played by the sandbox, which plays {played}: put its provider on "
                f"PATH as pulumi-resource-{package}, or {_ELSEWHERE}"
            )


def _missing(error: ModuleNotFoundError) -> str:
    """Return what to do about an import that found nothing."""
    module = str(error.name).partition(".")[0]
    if not module.startswith("pulumi"):
        return f"Program failed with an unhandled exception:\n{traceback.format_exc()}"
    wanted = module.replace("_", "-")
    return (
        f"the program imports {module}, and {wanted} is not installed for {sys.executable}: install it there "
        f"(uv pip install {wanted}); the sandbox runs a program with its own interpreter"
    )


def main() -> int:
    """0: the program ran; 1: it did not, and the engine has been told why."""
    # The SDKs leave a million objects that live as long as the program: looking through them again and again is a third
    # of a preview's time. What a program drops in cycles is still collected, later.
    gc.set_threshold(1_000_000, 20, 100)
    pulumi.log.debug = _debug
    resource._get_stack_trace = _stack_trace
    given: dict[str, Any] = json.load(sys.stdin)
    program = given["program"]
    os.environ["PULUMI_CONFIG"] = json.dumps(given["config"])
    os.environ["PULUMI_CONFIG_SECRET_KEYS"] = json.dumps(given["secret_keys"])
    set_all_config(given["config"], given["secret_keys"])
    configure(
        Settings(
            project=given["project"],
            stack=given["stack"],
            organization=given["organization"],
            parallel=given["parallel"],
            monitor=given["monitor"],
            engine=given["engine"],
            dry_run=given["preview"],
            root_directory=given["root"],
        )
    )
    SETTINGS.monitor = _Monitor(SETTINGS.monitor, given["packages"])
    sys.path[0] = program if os.path.isdir(program) else os.path.dirname(program)
    sys.argv = [program]
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # unobserved task failures are reported by the SDK itself
    loop = asyncio.new_event_loop()
    # Four times the engine's parallelism, as the official host does: each pending call holds a thread. One at a time
    # means one order, too: a crash after so many changes is then the same crash each time.
    workers = 1 if given["parallel"] == 1 else max(given["parallel"], 1) * 4
    loop.set_default_executor(ThreadPoolExecutor(max_workers=workers))
    try:
        loop.run_until_complete(run_in_stack(lambda: _run(program)))
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
    except grpc.RpcError as error:
        if error.code() != grpc.StatusCode.UNAVAILABLE:  # else the engine is shutting down, for its own reasons
            pulumi.log.error(f"the engine refused a call: {error.details()}")
    except ModuleNotFoundError as error:
        pulumi.log.error(_missing(error))
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else int(error.code is not None)
    except Exception:
        pulumi.log.error(f"Program failed with an unhandled exception:\n{traceback.format_exc()}")
    else:
        return 0
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        sys.stdout.flush()
        sys.stderr.flush()
    return 1


def _debug(*args: Any, **kwargs: Any) -> None:
    """Tell the engine what a program says for debugging, and not what the SDK does."""
    # Each call waits for the engine's answer, and the SDK makes six for each resource: a tenth of a preview's time.
    if not sys._getframe(1).f_globals["__name__"].startswith("pulumi."):
        _tell_debug(*args, **kwargs)


def _stack_trace() -> source_pb2.StackTrace:
    """Return where a resource is made, as `pulumi.runtime.resource._get_stack_trace` does.

    The SDK's own reads the text of each frame's line, and takes each file's name apart, for each resource anew: a tenth
    of the program's time.
    """
    constructors = 0
    frame = sys._getframe(1)
    while frame.f_back is not None:
        constructors += frame.f_code.co_name == "__init__"
        frame = frame.f_back
        if constructors == _CONSTRUCTORS:
            return source_pb2.StackTrace(frames=_frames(frame))
    return source_pb2.StackTrace()


# Resource, the kind of resource, and its own type
_CONSTRUCTORS = 3


def _frames(frame: FrameType | None) -> Iterator[source_pb2.StackFrame]:
    while frame is not None:
        yield _frame(frame.f_code.co_filename, frame.f_lineno)
        frame = frame.f_back


@cache
def _frame(file: str, line: int | None) -> source_pb2.StackFrame:
    uri = _uri(file)
    return source_pb2.StackFrame(pc=source_pb2.SourcePosition(uri=uri, line=line) if uri and line is not None else None)


@cache
def _uri(file: str) -> str:
    """Return a file's address, and nothing for what is none, such as `<string>`."""
    try:
        return Path(file).as_uri()
    except ValueError:
        return ""


async def _run(program: str) -> None:
    runpy.run_path(program, run_name="__main__")
    await _settled()


async def _settled() -> None:
    """Wait until every output is known, or one fails, which the SDK then tells.

    The SDK's own wait looks through all that are not known yet each time that one is.
    """
    while pending := [output for output in SETTINGS.outputs if not output.done()]:
        done, _ = await asyncio.wait(pending, return_when=asyncio.FIRST_EXCEPTION)
        if any(output.cancelled() or output.exception() for output in done):
            return


if __name__ == "__main__":
    # The interpreter's own clean-up would wait for the SDK's idle threads.
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
