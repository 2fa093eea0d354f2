"""What a preview costs: against its bound, as the stack grows, and beside others; with --profile, who works for what.

The bound is the same program in the same engine and language host, whose providers take every input and answer at once.
Everything is the work of all processes in CPU seconds, in ratios of runs that alternate: what else the machine does
falls on all alike.
"""

import argparse
import json
import math
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psutil

REPOSITORY = Path(__file__).parent.parent
sys.path.insert(0, str(REPOSITORY))

from platform_policies import RULE_SETS  # noqa: E402

from sandbox import engine  # noqa: E402 (the sandbox is in no installed package)
from sandbox.run_options import RunOptions  # noqa: E402
from sandbox.workspace import Workspace  # noqa: E402
from tools.bench_others import others  # noqa: E402
from tools.soak.runs import link_program  # noqa: E402

RUNS = 5
SIZES = (100, 1000, 4000, 10_000)
BESIDE = 1000
TARGET_PROD = 1.30
TARGET_PACKED = 1.55
TARGET_PACKS = 1.25
TARGET_FOREIGN = 1.50
FOREIGN = 100
TARGET_UP = 2.0
TARGET_DOUBLING = 2.2
TARGET_LAWS = 1.10

BOUND = """
import sys
from pathlib import Path
from pulumi.runtime.proto import provider_pb2
from sandbox import server
from sandbox.run_options import RunOptions

class AtOnce(server.Provider):
    def Check(self, request, context): return provider_pb2.CheckResponse(inputs=request.news)
    def Diff(self, request, context): return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)
    def Create(self, request, context): return provider_pb2.CreateResponse(properties=request.properties)

server.Provider = AtOnce
server.main(Path(sys.argv[1]), RunOptions(real_clusters=False))
"""
GROWTH = """
import pulumi_aws as aws
for index in range({count} // 4):
    queue = aws.sqs.Queue(f"queue-{{index}}", tags={{"Index": str(index)}})
    topic = aws.sns.Topic(f"topic-{{index}}")
    aws.sns.TopicSubscription(f"subscription-{{index}}", topic=topic.arn, protocol="sqs", endpoint=queue.arn)
    aws.ssm.Parameter(f"parameter-{{index}}", type="String", value=queue.url)
"""
# What a process works for, by a word of its command line.
PARTS = {
    "run_program.py": "the program and its SDK",
    "sandbox.server": "the clouds: providers, laws, facts",
    "run_pack.py": "the packs",
    "pulumi preview": "the engine",
    "pulumi up": "the engine",
    "pulumi destroy": "the engine",
}


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="tools/bench.py", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--profile", action="store_true", help="one preview, up, up again and destroy of prod, by part")
    parser.add_argument("--runs", type=int, default=RUNS, help=f"how often each is run ({RUNS})")
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES, help="how many resources the growth is shown of")
    parser.add_argument("--beside", type=int, default=BESIDE, help="how many resources others are compared on")
    parser.add_argument("--cdk", type=Path, metavar="FOLDER", help="where `npm install aws-cdk-lib constructs` was run")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="flowise-bench-") as folder:
        root = Path(folder)
        if options.profile:
            profile(root)
        else:
            compare(Workspace.of(REPOSITORY, "prod", root / "platform"), root, options.runs)
            pack_elsewhere(root, options.runs)
            grow(root, options.sizes)
            beside(root, options.beside, options.cdk)


def compare(platform: Workspace, root: Path, runs: int) -> None:
    """Print what previews of prod take, as ratios."""
    policies = REPOSITORY / "policies"
    alone = [option for name in RULE_SETS for option in enforcing(policies / name)]
    together = enforcing(policies / "all")
    count = len(json.loads(run(platform, "--json"))["steps"])
    contenders: dict[str, Callable[[], Any]] = {
        "the bound": lambda: run(platform, bound=root / "bound.db"),
        "prod": lambda: run(platform),
        "prod, without laws and facts": lambda: run(platform, options=RunOptions(laws=False)),
        "prod, with the four packs together": lambda: run(platform, *together),
        "prod, with the four packs alone": lambda: run(platform, *alone),
    }
    costs: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(runs):
        for name, contender in contenders.items():
            costs[name].append(measured(contender))

    def ratio(of: str, to: str) -> float:
        return median_ratio(costs[of], costs[to])

    print(f"preview of prod, {count} resources; CPU, median of {runs} alternating runs")
    for name, values in costs.items():
        print(f"  {name:35} {statistics.median(values):6.2f} s   {ratio(name, 'the bound'):5.2f} x the bound")
    print(f"  targets: prod at most {TARGET_PROD} x the bound, with the packs together {TARGET_PACKED} x")
    packed = ratio("prod, with the four packs together", "prod")
    print(f"  the packs together: {packed:4.2f} x without; target: at most {TARGET_PACKS} x")
    lawful = ratio("prod", "prod, without laws and facts")
    print(f"  laws and facts: {lawful:4.2f} x without; target: at most {TARGET_LAWS} x\n")


def pack_elsewhere(root: Path, runs: int) -> None:
    """Print what the packs cost a program that is not ours, and breaks some of their rules."""
    workspace = program(root / "foreign", GROWTH.format(count=FOREIGN))
    levels = root / "foreign.json"
    levels.write_text(json.dumps({"all": "advisory"}), encoding="utf-8")
    packs = ("--policy-pack", str(REPOSITORY / "policies" / "all"), "--policy-pack-config", str(levels))
    without, packed = list[float](), list[float]()
    for _ in range(runs):
        without.append(measured(lambda: run(workspace)))
        packed.append(measured(lambda: run(workspace, *packs)))
    print(f"preview of a program of {FOREIGN} resources that is not ours")
    print(f"  without packs {statistics.median(without):6.2f} s, with them {statistics.median(packed):6.2f} s")
    print(f"  {median_ratio(packed, without):4.2f} x without; target: at most {TARGET_FOREIGN} x\n")


def median_ratio(of: Sequence[float], to: Sequence[float]) -> float:
    """Return the ratio of runs that alternate."""
    return statistics.median(one / other for one, other in zip(of, to, strict=True))


def grow(root: Path, sizes: Sequence[int]) -> None:
    """Print what previews of ever more resources take."""
    print("preview as the stack grows")
    before: tuple[int, float] | None = None
    for size in sizes:
        workspace = program(root / f"growth-{size}", GROWTH.format(count=size))
        with watched() as seen:
            seconds = measured(lambda workspace=workspace: run(workspace))  # type: ignore[misc]
        growth = ""
        if before is not None:
            growth = f"   x {(seconds / before[1]) ** (1 / math.log2(size / before[0])):4.2f} per doubling"
        print(f"  {size:6} resources {seconds:7.2f} s   {seen.peak >> 20:5} MiB at the peak, all processes{growth}")
        before = (size, seconds)
    print(f"  target: at most x {TARGET_DOUBLING} per doubling")


def beside(root: Path, count: int, cdk: Path | None) -> None:
    """Print what people use instead takes for the same resources, in the same run."""
    workspace = program(root / "beside", GROWTH.format(count=count))
    seconds = measured(lambda: run(workspace))
    print(
        f"\nbeside what people use instead, {count} resources\n  {'a preview, its laws included':35} {seconds:7.2f} s"
    )
    for name, contender in others(root, count, cdk):
        told = f"skipped: {contender}" if isinstance(contender, str) else f"{measured(contender):7.2f} s"
        print(f"  {name:35} {told}")


def profile(folder: Path) -> None:
    """Print who works how long in a life of prod, in CPU seconds."""
    link_program(folder)
    for name in ("Pulumi.yaml", "Pulumi.prod.yaml"):
        shutil.copy(REPOSITORY / name, folder)
    packs = enforcing(REPOSITORY / "policies" / "all")
    life: Mapping[str, Sequence[str]] = {
        "preview": ["preview"],
        "preview, with the packs": ["preview", *packs],
        "up": ["up"],
        "a second up": ["up"],
        "destroy": ["destroy", "--unprotect"],
    }
    imports = [sys.executable, "-c", "import composition.surroundings"]
    seconds = measured(lambda: subprocess.run(imports, cwd=REPOSITORY, check=True))
    print(f"a life of prod in CPU seconds; what the program imports is {seconds:.2f} s each time")
    previewed = 0.0
    for name, arguments in life.items():
        command = [sys.executable, "-m", "sandbox", *arguments, "--stack", "prod", "--cwd", str(folder)]
        with watched() as seen:
            seconds = measured(lambda c=command: quietly([*c, "--kubernetes", "schema"]))  # type: ignore[misc]
        previewed = previewed or seconds
        parts = ", ".join(f"{part} {worked:.2f}" for part, worked in seen.work().items())
        print(f"  {name:24} {seconds:7.2f} s, {seconds / previewed:4.2f} x the preview: {parts}", flush=True)
    print(f"  target: up at most {TARGET_UP} x the preview")


def quietly(command: Sequence[str]) -> None:
    """Run a command; end with what it said where it fails."""
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{done.stdout}{done.stderr}")


def enforcing(pack: Path) -> list[str]:
    """Return the options that enforce a pack with prod's levels."""
    return ["--policy-pack", str(pack), "--policy-pack-config", str(pack.parent / "levels.prod.json")]


def run(workspace: Workspace, *arguments: str, bound: Path | None = None, options: RunOptions | None = None) -> str:
    """One preview, everything started anew; what the engine printed. At `bound`, a provider answers at once."""
    given = ("preview", "--stack", workspace.stack, *arguments)
    if bound is None:
        with engine.running(workspace, options or RunOptions()) as sandbox:
            return sandbox.read(*given)
    with engine.without_clouds(workspace) as sandbox, answering_at_once(bound) as ports:
        return replace(sandbox, environment=workspace.environment(ports)).read(*given)


@contextmanager
def answering_at_once(world: Path) -> Iterator[dict[str, int]]:
    """The bound's providers and language host, in a process of their own; their ports."""
    command = [sys.executable, "-c", BOUND, str(world)]
    server = subprocess.Popen(command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        ports: dict[str, int] = json.loads(server.stdout.readline())
        yield ports
    finally:
        server.stdin.close()
        server.wait()
        server.stdout.close()


def program(folder: Path, source: str) -> Workspace:
    """Return a program in a folder of its own."""
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text("name: bench\nruntime: python\n", encoding="utf-8")
    (folder / "__main__.py").write_text(source, encoding="utf-8")
    return Workspace.of(folder, "bench")


def measured(run: Callable[[], Any]) -> float:
    """CPU seconds of all processes that the run waits for."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@dataclass
class Seen:
    """What was seen of this process's children, every twentieth of a second."""

    peak: int = 0
    """The largest resident memory of all of them at one moment, in bytes."""
    last: dict[tuple[int, float], tuple[str, float]] = field(default_factory=dict)

    def look(self) -> None:
        """Look at each of them."""
        total = 0
        for child in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):
                total += child.memory_info().rss
                if command := " ".join(child.cmdline()):
                    times = child.cpu_times()
                    self.last[child.pid, child.create_time()] = (command, times.user + times.system)
        self.peak = max(self.peak, total)

    def work(self) -> dict[str, float]:
        """CPU seconds by what they were for, the most first."""
        found: defaultdict[str, float] = defaultdict(float)
        for command, seconds in self.last.values():
            found[next((part for word, part in PARTS.items() if word in command), "the command")] += seconds
        return dict(sorted(found.items(), key=lambda item: -item[1]))


@contextmanager
def watched() -> Iterator[Seen]:
    """Watch this process's children during the block."""
    seen, finished = Seen(), threading.Event()

    def watch() -> None:
        while not finished.wait(0.05):
            seen.look()

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        finished.set()
        watcher.join()


if __name__ == "__main__":
    main()
