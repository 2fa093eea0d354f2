"""What a preview costs: against the engine's floor, and as the stack grows. Prints ratios measured in one run.

The floor is the same engine, language host and program start, for as many resources of a provider that answers at
once with nothing, from a program that imports the same SDK modules. Run it on a quiet machine: `make bench`.
"""

import json
import math
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import psutil

REPOSITORY = Path(__file__).parent.parent
sys.path.insert(0, str(REPOSITORY))

from platform_policies import RULE_SETS  # noqa: E402

from sandbox import engine  # noqa: E402 (the sandbox is in no installed package)
from sandbox.run_options import RunOptions  # noqa: E402
from sandbox.workspace import Workspace  # noqa: E402

RUNS = 5
SIZES = (100, 1000, 4000)
TARGET_RATIO = 1.25
TARGET_DOUBLING = 2.2
# Of CPU time: what others do on the machine lengthens a run by more than this.
TARGET_LAWS = 1.10
TARGET_PACKS = 1.35

NOOP_SERVER = """
import sys
from concurrent.futures import ThreadPoolExecutor
import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2 as p, provider_pb2_grpc

class Noop(provider_pb2_grpc.ResourceProviderServicer):
    def Attach(self, request, context): return empty_pb2.Empty()
    def GetPluginInfo(self, request, context): return plugin_pb2.PluginInfo(version="1.0.0")
    def CheckConfig(self, request, context): return p.CheckResponse(inputs=request.news)
    def Configure(self, request, context): return p.ConfigureResponse(supportsPreview=True)
    def Check(self, request, context): return p.CheckResponse(inputs=request.news)
    def Create(self, request, context): return p.CreateResponse()
    def Cancel(self, request, context): return empty_pb2.Empty()

server = grpc.server(ThreadPoolExecutor(max_workers=16))
provider_pb2_grpc.add_ResourceProviderServicer_to_server(Noop(), server)
print(server.add_insecure_port("127.0.0.1:0"), flush=True)
server.start()
sys.stdin.read()
"""
FLOOR = """
import importlib
import pulumi
for name in {modules!r}:
    # SDK packages load a submodule when it is first looked into.
    package, _, path = name.partition(".")
    module = importlib.import_module(package)
    for part in path.split("."):
        module = getattr(module, part)
    getattr(module, "Provider", None)
for index in range({count}):
    pulumi.CustomResource("noop:index:Noop", f"noop-{{index}}", {{}})
"""
GROWTH = """
import pulumi_aws as aws
for index in range({count} // 4):
    queue = aws.sqs.Queue(f"queue-{{index}}", tags={{"Index": str(index)}})
    topic = aws.sns.Topic(f"topic-{{index}}")
    aws.sns.TopicSubscription(f"subscription-{{index}}", topic=topic.arn, protocol="sqs", endpoint=queue.arn)
    aws.ssm.Parameter(f"parameter-{{index}}", type="String", value=queue.url)
"""


def main() -> None:
    """Print both tables."""
    with tempfile.TemporaryDirectory(prefix="flowise-bench-") as folder, noop_provider() as port:
        root = Path(folder)
        platform = Workspace.of(REPOSITORY, "prod", root / "platform")
        policies = REPOSITORY / "policies"
        alone = [option for name in RULE_SETS for option in enforcing(policies / name)]
        together = enforcing(policies / "all")
        count = len(json.loads(preview(platform, "--json"))["steps"])
        floor = program(root / "floor", FLOOR.format(modules=sdk_modules(), count=count))
        contenders: dict[str, Callable[[], Any]] = {
            "floor": lambda: preview(floor, noop=port),
            "prod": lambda: preview(platform),
            "prod, without laws and facts": lambda: preview(platform, options=RunOptions(laws=False)),
            "prod, with the four packs together": lambda: preview(platform, *together),
            "prod, with the four packs alone": lambda: preview(platform, *alone),
        }
        print(f"preview of prod, {count} resources; median of {RUNS} alternating runs")
        timings = alternate(contenders)
        for name, values in timings.items():
            ratios = [value.seconds / base.seconds for value, base in zip(values, timings["floor"], strict=True)]
            seconds = statistics.median(value.seconds for value in values)
            print(f"  {name:30} {seconds:6.2f} s   {statistics.median(ratios):5.2f} x floor")
        print(f"  target: prod at most {TARGET_RATIO} x floor")
        without = timings["prod, without laws and facts"]
        lawful = [law.cpu_seconds / none.cpu_seconds for law, none in zip(timings["prod"], without, strict=True)]
        judged = timings["prod, with the four packs together"]
        ratios = [packs.seconds / none.seconds for packs, none in zip(judged, timings["prod"], strict=True)]
        print(f"  packs: {statistics.median(ratios):4.2f} x without; target: at most {TARGET_PACKS} x")
        print(
            f"  laws and facts: {statistics.median(lawful):4.2f} x without, in CPU; target: at most {TARGET_LAWS} x\n"
        )

        print("preview as the stack grows")
        before: tuple[int, float] | None = None
        for size in SIZES:
            workspace = program(root / f"growth-{size}", GROWTH.format(count=size))
            with peak_memory() as peak:
                seconds = min(measured(lambda workspace=workspace: preview(workspace)).seconds for _ in range(2))  # type: ignore[misc]
            growth = (
                ""
                if before is None
                else f"   x {(seconds / before[1]) ** (1 / math.log2(size / before[0])):4.2f} per doubling"
            )
            print(f"  {size:5} resources {seconds:7.2f} s   {peak[0] >> 20:5} MiB at the peak, all processes{growth}")
            before = (size, seconds)
        print(f"  target: at most x {TARGET_DOUBLING} per doubling")


def enforcing(pack: Path) -> list[str]:
    """Return the options that enforce a pack with prod's levels."""
    return ["--policy-pack", str(pack), "--policy-pack-config", str(pack.parent / "levels.prod.json")]


def sdk_modules() -> list[str]:
    """Return the SDK modules that the platform's own program looks into, from its source."""
    used = re.compile(r"\b(aws|kubernetes|k8s)\.([a-z0-9_]+(?:\.v[0-9]+)?)\.[A-Z]")
    names = {"aws": "pulumi_aws", "kubernetes": "pulumi_kubernetes", "k8s": "pulumi_kubernetes"}
    return sorted(
        {
            f"{names[match[1]]}.{match[2]}"
            for file in (REPOSITORY / "components").rglob("*.py")
            for match in used.finditer(file.read_text(encoding="utf-8"))
        }
    )


def preview(workspace: Workspace, *arguments: str, noop: int | None = None, options: RunOptions | None = None) -> str:
    """One preview, everything started anew; what the engine printed."""
    with engine.running(workspace, options or RunOptions()) as sandbox:
        attached = {} if noop is None else {"PULUMI_DEBUG_PROVIDERS": f"noop:{noop}"}
        return replace(sandbox, environment=sandbox.environment | attached).read(
            "preview", "--stack", workspace.stack, *arguments
        )


def program(folder: Path, source: str) -> Workspace:
    """Return a program in a folder of its own."""
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text("name: bench\nruntime: python\n", encoding="utf-8")
    (folder / "__main__.py").write_text(source, encoding="utf-8")
    return Workspace.of(folder, "bench")


class Cost(NamedTuple):
    """What a run took: on the clock, and of all its processes' work."""

    seconds: float
    cpu_seconds: float


def alternate(contenders: dict[str, Callable[[], Any]]) -> dict[str, list[Cost]]:
    """Return the costs of each, run in turn so that the machine's moods fall on all alike."""
    timings: dict[str, list[Cost]] = {name: [] for name in contenders}
    for _ in range(RUNS):
        for name, run in contenders.items():
            timings[name].append(measured(run))
    return timings


def measured(run: Callable[[], Any]) -> Cost:
    """Return what a run costs; of its processes those count that it waits for."""
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    run()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    worked = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(time.perf_counter() - started, worked)


@contextmanager
def peak_memory() -> Iterator[list[int]]:
    """The largest resident memory of this process's children, in bytes, at any one moment of the block."""
    peak, finished = [0], threading.Event()

    def watch() -> None:
        while not finished.wait(0.05):
            total = 0
            for child in psutil.Process().children(recursive=True):
                try:
                    total += child.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            peak[0] = max(peak[0], total)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peak
    finally:
        finished.set()
        watcher.join()


@contextmanager
def noop_provider() -> Iterator[int]:
    """A provider that answers at once, with nothing, in a process of its own."""
    server = subprocess.Popen(
        [sys.executable, "-c", NOOP_SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        yield int(server.stdout.readline())
    finally:
        server.stdin.close()
        server.wait()
        server.stdout.close()


if __name__ == "__main__":
    main()
