"""Runs cases through both providers, on one control plane."""

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from pulumi.runtime.proto import provider_pb2

from sandbox.account import Account
from sandbox.clusters.cluster import Cluster
from sandbox.clusters.plan import CLUSTER, NODE_GROUP, SUBNET
from sandbox.clusters.registry import Clusters
from sandbox.helm_releases import RELEASE
from sandbox.provider import Provider
from sandbox.real_provider.process import ProviderProcess, helm_apart
from sandbox.run_options import RunOptions
from sandbox.world import Record, World

from .cases import FOLDER, Case
from .charts import AtHand, pack
from .compare import Verdict, compared
from .engine import listening
from .side import Aborted, Side, clear, manifest_of, prepare

# Most cases wait, for a timeout or a controller: many at once.
_AT_ONCE = 12
_NAME = "truth"


class _Context:
    """What a call of our own provider is given in place of gRPC's context."""

    def __init__(self, peer: str) -> None:
        self._peer = peer

    def peer(self) -> str:
        """Return who calls."""
        return self._peer

    def set_trailing_metadata(self, metadata: Any) -> None:
        """Keep nothing: what failed is compared by its words."""

    def abort(self, _: Any, details: str) -> None:
        """End the call. Raises Aborted."""
        raise Aborted(details)


class _Ours:
    """Our own provider, called as the real one is."""

    def __init__(self, provider: Provider, settings: Mapping[str, str], peer: str) -> None:
        self._provider = provider
        context: Any = _Context(peer)
        self._context = context
        request = provider_pb2.ConfigureRequest()
        for key, value in settings.items():
            request.args.fields[key].string_value = value
        provider.Configure(request, context)

    def __getattr__(self, method: str) -> Callable[[Any], Any]:
        return lambda request: getattr(self._provider, method)(request, self._context)


class Bench:
    """A cluster, our provider on it, and the program of the real one."""

    def __init__(self, folder: Path, program: Path, engine: str, minor: str) -> None:
        self._engine = engine
        self._home, self._program = folder, program
        self._world = World(folder / "world.db")
        # laws, too: what they refuse, the server must refuse
        account = Account(self._world, RunOptions())
        self._charts = pack(folder / "charts")
        self._clusters = Clusters(folder / "clusters", account.standing, self._charts)
        identity = self._clusters.outputs(_NAME, new=True)
        inputs = {"name": _NAME, "version": minor}
        account.create(Record(CLUSTER, _NAME, _urn(CLUSTER), 0, inputs, {**identity, "version": minor}), unique=True)
        zone = {"availabilityZone": "us-east-1a"}
        account.create(Record(SUBNET, "subnet-1", _urn(SUBNET), 0, {}, zone), unique=True)
        nodes = {"clusterName": _NAME, "nodeGroupName": "all", "subnetIds": ["subnet-1"]}
        scaled = {**nodes, "instanceTypes": ["m7g.4xlarge"], "scalingConfig": {"desiredSize": 2}}
        account.create(Record(NODE_GROUP, "truth:all", _urn(NODE_GROUP), 0, scaled, {}), unique=True)
        cluster = self._clusters.named(_NAME)
        assert cluster is not None
        self._cluster: Cluster = cluster
        self._provider = Provider("kubernetes", account, self._clusters)
        self._account = account
        for manifest in yaml.safe_load_all((FOLDER / "stands.yaml").read_text(encoding="utf-8")):
            self._know(manifest)
            cluster.settle(cluster.client.apply(manifest, force=True))

    def run(self, cases: Sequence[Case]) -> Iterator[Verdict]:
        """Yield the verdict on each case, as they come."""
        return asked(self._verdict, cases)

    def close(self) -> None:
        """End the control plane."""
        self._clusters.stop()
        self._world.close()

    def _verdict(self, case: Case, suffix: str) -> Verdict:
        ours, real = (self._answers(case, who, f"{who}-{case.name}{suffix}") for who in ("ours", "real"))
        return compared(case, ours, real)

    def _answers(self, case: Case, who: str, namespace: str) -> Any:
        client = self._cluster.client
        prepare(case, namespace, client)
        settings = {key: case.placed(value, namespace) for key, value in case.provider.items()}
        if who == "ours":
            self._know(manifest_of(namespace))
            # what is to be imported is of somebody whose programs laws know nothing of
            for need in () if case.imported else case.needs:
                self._know(case.placed(need, namespace))
        try:
            with self._calls(who, settings, namespace) as calls:
                at_hand = AtHand(calls, self._charts) if who == "real" and case.token == RELEASE else calls
                return Side(at_hand, case, namespace, client).run()
        finally:
            clear(case, namespace, client)

    def _know(self, manifest: Mapping[str, Any]) -> None:
        """Let the laws know of what stands on the cluster: they look at what programs have made."""
        version, kind, metadata = manifest["apiVersion"], manifest["kind"], manifest["metadata"]
        token = f"kubernetes:{version if '/' in version else f'core/{version}'}:{kind}"
        identity = "/".join(part for part in (metadata.get("namespace"), metadata["name"]) if part)
        self._account.create(Record(token, identity, f"{_urn(token)}-{identity}", 0, dict(manifest), {}), unique=False)

    @contextmanager
    def _calls(self, who: str, settings: Mapping[str, str], peer: str) -> Iterator[Any]:
        if who == "ours":
            yield _Ours(self._provider, {**settings, "clusterIdentifier": _NAME}, peer)
            return
        process = ProviderProcess(self._program, helm_apart(self._home / "helm"))
        try:
            request = provider_pb2.ConfigureRequest(acceptSecrets=True)
            request.variables["kubernetes:config:kubeconfig"] = json.dumps(
                yaml.safe_load(self._cluster.plane().kubeconfig())
            )
            for key, value in settings.items():
                request.variables[f"kubernetes:config:{key}"] = value
            process.attach(self._engine)
            process.calls.Configure(request)
            yield process.calls
        finally:
            process.stop()


def asked(verdict_of: Callable[[Case, str], Verdict], cases: Sequence[Case]) -> Iterator[Verdict]:
    """Yield the verdict on each case, as they come: by a function that is also given how to tell its run from others.

    What differs for no known reason is asked once more, alone: beside others its time may have run out.
    """
    apart = []
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for verdict in pool.map(lambda case: verdict_of(case, ""), cases):
            if verdict.differences and not verdict.reason:
                apart.append(verdict)
            else:
                yield verdict
    for verdict in apart:
        yield replace(verdict_of(verdict.case, "-again"), beside_others=verdict.differences)


@contextmanager
def bench(program: Path, minor: str) -> Iterator[Bench]:
    """Both providers on a cluster of their own, for as long as the block lasts."""
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="flowise-truth-")))
        made = Bench(folder, program, held.enter_context(listening()), minor)
        held.callback(made.close)
        yield made


def _urn(token: str) -> str:
    return f"urn:pulumi:truth::truth::{token}::{_NAME}"
