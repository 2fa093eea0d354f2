"""What the real Flowise's flows are counted to cost, against what a model's stand-in told that its answers took."""

import os
import subprocess
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path

import pytest

from sandbox.nodejs import NODE
from tests.components.flowise_service.test_model_metrics import series
from tests.node import SCRIPTS
from tests.waiting import wait_until

from .client import Browser, flow, model
from .conftest import Place
from .test_metrics import scraped

pytestmark = pytest.mark.live

# Flowise's own nodes, in a process of their own: a chat model that answers whole, streamed, and streamed through
# LangChain's other way; embeddings; a chat model of LlamaIndex's
NODES = """
process.argv[2] = 'worker';
const flowise = require('module').createRequire(`${process.env.PACKAGE}/bin/run`);
const metrics = require('./process_metrics.cjs')(flowise);
const nodes = flowise.resolve('flowise-components').replace(/dist.*/, 'dist/nodes/');
const basepath = process.env.MODEL;
const options = { appDataSource: { getRepository: () => ({ findOneBy: () => null }) } };
const made = (file, name, inputs) => {
  const node = new (require(nodes + file).nodeClass)();
  const common = { openAIApiKey: 'key', modelName: name, basepath, basePath: basepath, ...inputs };
  return node.init({ id: `${name}_0`, inputs: common, credential: '' }, '', options);
};
// LlamaIndex's node has no field for an address
Object.assign(process.env, { OPENAI_API_KEY: 'key', OPENAI_BASE_URL: basepath });
(async () => {
  const whole = await made('chatmodels/ChatOpenAI/ChatOpenAI.js', 'whole', { streaming: false });
  const streams = await made('chatmodels/ChatOpenAI/ChatOpenAI.js', 'streams', { streaming: true });
  await whole.invoke('a question');
  for await (const _ of await streams.stream('a question')) continue;
  const embeds = await made('embeddings/OpenAIEmbedding/OpenAIEmbedding.js', 'embeds', {});
  await embeds.embedDocuments(['a', 'b']);
  await embeds.embedQuery('a');
  const llama = await made('chatmodels/ChatOpenAI/ChatOpenAI_LlamaIndex.js', 'llama', {});
  await llama.chat({ messages: [{ role: 'user', content: 'a question' }] });
  await metrics();
  console.log((await metrics()).text);
  process.exit();
})().catch((error) => { console.error(error); process.exit(1); });
"""


def added(told: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Add figures up by their kind, but those that are 0."""
    total: Counter[str] = Counter()
    for each in told:
        total.update(each)
    return {kind: amount for kind, amount in total.items() if amount}


def tokens(text: str, flow_id: str, name: str) -> dict[str, float]:
    """Return the tokens of a flow and a model, by kind."""
    found = series(text, "tokens_total")
    return {kind: value for (of, by, kind), value in found.items() if (of, by) == (flow_id, name)}


def test_models_of_flowises_own_nodes_are_counted(package: Path) -> None:
    with model() as talker:
        environment = {**os.environ, "PACKAGE": str(package), "MODEL": talker.url, "COUNT_MODEL_CALLS": "true"}
        done = subprocess.run(
            [NODE, "-e", NODES], cwd=SCRIPTS, env=environment, check=False, capture_output=True, text=True, timeout=300
        )
    assert done.returncode == 0, done.stderr
    told = {
        "whole": talker.told[:1],
        "streams": talker.told[1:2],
        "embeds": talker.told[2:4],
        "llama": talker.told[4:],
    }
    assert [path.rpartition("/")[2] for path, _ in talker.asked] == [
        *["completions"] * 2,
        *["embeddings"] * 2,
        "completions",
    ]
    assert {name: tokens(done.stdout, "none", name) for name in told} == {
        name: added(each) for name, each in told.items()
    }


def asked(place: Place, site: Browser, flow_id: str, times: int, **how: bool) -> list[dict[str, int]]:
    """Ask a flow; return what the model then told."""
    before = len(place.model.told)
    for _ in range(times):
        status, said = site("POST", f"/api/v1/prediction/{flow_id}", {"question": "are you there?", **how})
        assert status == 200, said
    told = place.model.told[before:]
    assert len(told) == times
    return told


def check_counts(place: Place, site: Browser, probe: Browser) -> None:
    """Judge what a process that runs flows has counted of two of them, streamed and not."""
    one, other = place.make_flow(site), place.make_flow(site, partial(flow, streaming=True))
    told = {one: asked(place, site, one, 2), other: asked(place, site, other, 3, streaming=True)}
    expected = {flow_id: added(each) for flow_id, each in told.items()}

    def counted() -> dict[str, dict[str, float]]:
        text = scraped(probe)
        return {flow_id: tokens(text, flow_id, "databricks-model") for flow_id in told}

    # a new series is told as 0 once
    wait_until(lambda: all(counted().values()) and counted() == expected, lambda: f"{expected}, and not {counted()}")
    calls = series(scraped(probe), "calls_total")
    assert {of: n for (of, _, status), n in calls.items() if status == "completed" and of in told} == {one: 2, other: 3}
    assert series(scraped(probe), "call_sources")[()] >= 1


def test_a_worker_counts_the_tokens_of_each_flow(queue: Place) -> None:
    with queue.ready("app-server-pods") as (_, site, server), queue.ready("app-worker-pods") as (_, _, worker):
        queue.log_in(site)
        check_counts(queue, site, worker)
        assert series(scraped(server), "calls_total") == {}
