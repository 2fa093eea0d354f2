"""What flows ask models, counted in a real Node with stand-ins for LangChain, Flowise and prom-client."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.node import run

HERE = Path(__file__).parent
FLOW, OTHER_FLOW = "0b7c5a44-5a0c-4e3e-9d0a-6d7f0f6a1c01", "0b7c5a44-5a0c-4e3e-9d0a-6d7f0f6a1c02"
COUNTED = """
process.argv[2] = 'worker';
class Worker { run() {} callProcessJob() {} }
const stands = { bullmq: { Worker }, 'prom-client': require(process.env.PROMETHEUS) };
const metrics = require('./process_metrics.cjs')((name) => stands[name]);
const { node, asked, flow, upsert, manager } = require(process.env.FLOWS)(process.env.FOLDER);
const [FLOW, OTHER_FLOW] = process.env.IDS.split(' ');
const told = (input, output, cached) => ({ generations: [[{ message: { usage_metadata: {
  input_tokens: input, output_tokens: output, input_token_details: { cache_read: cached } } } }]] });
const work = async () => { %s };
work().then(async () => {
  const first = (await metrics()).text;
  console.log(JSON.stringify([first, (await metrics()).text]));
});
"""


def texts(folder: Path, work: str, counted: str = "true") -> tuple[str, str]:
    """Return two scrapes, one after the other, of a process that did this work."""
    said = run(
        COUNTED % work,
        PROMETHEUS=str(HERE / "prom_client.cjs"),
        FLOWS=str(HERE / "flows.cjs"),
        FOLDER=str(folder),
        IDS=f"{FLOW} {OTHER_FLOW}",
        COUNT_MODEL_CALLS=counted,
    )
    first, second = json.loads(said.splitlines()[-1])
    return first, second


def series(text: str, name: str) -> dict[tuple[str, ...], float]:
    """Return the series of a metric, by the values of their labels."""
    lines = re.findall(rf"^flowise_model_{name}(\S*) (\S+)$", text, re.MULTILINE)
    return {tuple(re.findall(r'"([^"]*)"', labels)): float(value) for labels, value in lines}


def counted(folder: Path, work: str) -> tuple[dict[tuple[str, ...], float], dict[tuple[str, ...], float]]:
    """Return tokens and calls."""
    text = texts(folder, work)[1]
    return series(text, "tokens_total"), series(text, "calls_total")


def test_tokens_are_counted_by_flow_model_and_kind(tmp_path: Path) -> None:
    tokens, calls = counted(
        tmp_path,
        """
        await Promise.all([
          flow(FLOW, async () => { await asked('gpt', told(10, 4, 3)); await asked('gpt', told(1, 1)); }),
          flow(OTHER_FLOW, () => asked('gpt', told(100, 0))),
          upsert(OTHER_FLOW, () => asked('claude', told(5, 2))),
        ]);
        await asked('gpt', told(7, 7));
        """,
    )
    assert tokens == {
        (FLOW, "gpt", "input"): 8,
        (FLOW, "gpt", "cached"): 3,
        (FLOW, "gpt", "output"): 5,
        (OTHER_FLOW, "gpt", "input"): 100,
        (OTHER_FLOW, "claude", "input"): 5,
        (OTHER_FLOW, "claude", "output"): 2,
        # an assistant of Flowise's own editor, which no flow is
        ("none", "gpt", "input"): 7,
        ("none", "gpt", "output"): 7,
    }
    assert calls == {
        (FLOW, "gpt", "completed"): 2,
        (OTHER_FLOW, "gpt", "completed"): 1,
        (OTHER_FLOW, "claude", "completed"): 1,
        ("none", "gpt", "completed"): 1,
    }


def test_a_node_tells_its_flow_where_flowise_runs_it_by_itself(tmp_path: Path) -> None:
    _, calls = counted(
        tmp_path,
        "await node('agentflow/LLM/LLM').run({ work: () => asked('gpt', told(1, 1)) }, '', { chatflowid: FLOW });",
    )
    assert calls == {(FLOW, "gpt", "completed"): 1}


@pytest.mark.parametrize(
    ("said", "tokens"),
    [
        ("{ generations: [[{}]], llmOutput: { tokenUsage: { promptTokens: 3, completionTokens: 2 } } }", 5),
        # LangChain's own reckoning, and what an OpenAI without usage leaves behind
        ("{ generations: [[{}]], llmOutput: { estimatedTokenUsage: { promptTokens: 3, completionTokens: 2 } } }", None),
        ("{ generations: [[{ message: { usage_metadata: { input_token_details: {} } } }]], llmOutput: {} }", None),
        ("{ generations: [] }", None),
        ("undefined", None),
    ],
)
def test_only_what_the_provider_told_is_counted(tmp_path: Path, said: str, tokens: int | None) -> None:
    found, calls = counted(tmp_path, f"await flow(FLOW, () => asked('llama', {said}, {{ base: 'text' }}));")
    assert sum(found.values()) == (tokens or 0)
    assert calls == {(FLOW, "llama", "completed" if tokens else "without_usage"): 1}


def test_a_call_that_fails_is_one_and_its_error_is_the_flows(tmp_path: Path) -> None:
    tokens, calls = counted(
        tmp_path,
        """
        await flow(FLOW, () => asked('gpt', told(1, 1)));
        const error = new Error('no way');
        for (const model of ['gpt', 'made-up']) {
          const met = await flow(FLOW, () => asked(model, error)).catch((thrown) => thrown);
          if (met !== error) throw new Error('another');
        }
        """,
    )
    assert sum(tokens.values()) == 2
    # a name that no provider has answered to may be anybody's
    assert calls == {(FLOW, "gpt", "completed"): 1, (FLOW, "gpt", "failed"): 1, (FLOW, "other", "failed"): 1}


def test_an_answer_that_was_kept_costs_nothing(tmp_path: Path) -> None:
    assert counted(tmp_path, "await flow(FLOW, () => asked('gpt', told(9, 9), { kept: true }));") == ({}, {})


def test_embeddings_are_counted_once_whoever_asks_whom(tmp_path: Path) -> None:
    tokens, calls = counted(
        tmp_path,
        """
        const made = [];
        const names = ["OpenAI", "OpenAI", "Silent", "Cache"];
        for (const name of names) made.push(await node(`embeddings/${name}`).init({}, ""));
        await flow(FLOW, async () => {
          if (await made[0].embedDocuments(['a', 'b']) !== 2) throw new Error('another answer');
          await made[1].embedQuery('a');
          await made[2].embedQuery('a');
          await made[3].embedQuery('a');
        });
        """,
    )
    assert tokens == {(FLOW, "an-embedding", "input"): 21}
    assert calls == {(FLOW, "an-embedding", "completed"): 2, (FLOW, "a-silent-one", "without_usage"): 1}


def test_models_of_llamaindex_are_counted(tmp_path: Path) -> None:
    tokens, calls = counted(
        tmp_path,
        """
        const llama = node('chatmodels/Llama').init({}, '');
        await flow(FLOW, async () => { await llama.complete({}); await llama.chat({ stream: true }); });
        """,
    )
    assert tokens == {(FLOW, "a-llama", "input"): 5, (FLOW, "a-llama", "output"): 6}
    assert calls == {(FLOW, "a-llama", "completed"): 1, (FLOW, "a-llama", "without_usage"): 1}


def test_each_series_begins_at_zero_so_that_its_first_tokens_are_an_increase(tmp_path: Path) -> None:
    first, second = texts(tmp_path, "await flow(FLOW, () => asked('gpt', told(10, 4)));")
    assert set(series(first, "tokens_total").values()) == {0}
    assert set(series(first, "calls_total").values()) == {0}
    assert series(second, "tokens_total") == {(FLOW, "gpt", "input"): 10, (FLOW, "gpt", "output"): 4}


def test_no_text_of_anybodys_becomes_a_label(tmp_path: Path) -> None:
    _, calls = counted(
        tmp_path,
        "await flow('my flow of Mrs Smith', () => asked('a name with blanks', told(1, 1)));"
        "await flow(FLOW, () => asked('x'.repeat(129), told(1, 1)));",
    )
    assert calls == {("other", "other", "completed"): 1, (FLOW, "other", "completed"): 1}


def test_of_many_flows_those_that_come_last_are_counted_together(tmp_path: Path) -> None:
    _, calls = counted(
        tmp_path,
        "const id = (n) => FLOW.slice(0, -4) + String(n).padStart(4, '0');"
        "for (let n = 0; n < 350; n += 1) await flow(id(n), () => asked('gpt', told(1, 1)));",
    )
    assert (len(calls), calls[("other", "other", "completed")]) == (301, 50)


def test_what_cannot_be_counted_is_answered_all_the_same(tmp_path: Path) -> None:
    text = texts(
        tmp_path,
        "const { Histogram } = stands['prom-client']; Histogram.prototype.observe = () => { throw new Error('gone'); };"
        "const said = await flow(FLOW, () => asked('gpt', told(1, 1)));"
        "if (said !== 'said') throw new Error('another answer');",
    )[1]
    assert sum(series(text, "calls_total").values()) == 1


def test_nothing_is_replaced_where_nobody_counts(tmp_path: Path) -> None:
    work = (
        "if (manager._configureSync() !== undefined) throw new Error('replaced');"
        "await flow(FLOW, () => asked('gpt', told(1, 1)));"
    )
    assert "flowise_model" not in texts(tmp_path, work, counted="")[1]


def test_whoever_was_to_be_told_by_langchain_still_is(tmp_path: Path) -> None:
    text = texts(
        tmp_path,
        "const { handlers } = manager._configureSync([['theirs', true]]);"
        "if (handlers[0][0] !== 'theirs' || handlers.length !== 2) throw new Error('lost');"
        # a child's run asks by itself: what is handed on would be told twice
        "if (handlers[1][1] !== false) throw new Error('handed on');",
    )[1]
    assert series(text, "call_sources") == {(): 1}


def test_a_call_is_told_of_with_its_provider_and_how_it_ended(tmp_path: Path) -> None:
    script = (
        "const runs = require('./flow_runs.cjs'); const seen = [];"
        "runs.onCall((call) => { seen.push(call); return (outcome) => seen.push(outcome); });"
        "const { asked } = require(process.env.FLOWS)(process.env.FOLDER);"
        "const usage_metadata = { input_tokens: 3, output_tokens: 2 }, response_metadata = { finish_reason: 'stop' };"
        "const said = { generations: [[{ message: { usage_metadata, response_metadata } }]] };"
        "asked('gpt', said, { metadata: { ls_provider: 'openai', ls_model_name: 'gpt-4o' } })"
        ".then(() => console.log(JSON.stringify(seen)));"
    )
    call, outcome = json.loads(run(script, FLOWS=str(HERE / "flows.cjs"), FOLDER=str(tmp_path)))
    assert call == {"operation": "chat", "model": "gpt-4o", "provider": "openai"}
    assert outcome == {"usage": {"input": 3, "output": 2, "cached": 0}, "reason": "stop", "cached": False}


def test_each_node_that_runs_is_told_of_with_its_flow(tmp_path: Path) -> None:
    script = (
        "const runs = require('./flow_runs.cjs'); const seen = [];"
        "runs.aroundNodes((about, work) => { seen.push(about); return work(); });"
        "const { node, flow } = require(process.env.FLOWS)(process.env.FOLDER);"
        f"flow('{FLOW}', () => node('agentflow/LLM/LLM').run({{ id: 'llm_0', work: (input) => input }}, 'x', {{}}))"
        ".then((answer) => console.log(JSON.stringify([answer, seen])));"
    )
    answer, seen = json.loads(run(script, FLOWS=str(HERE / "flows.cjs"), FOLDER=str(tmp_path)))
    told: dict[str, Any] = {"part": "run", "flow": FLOW, "type": "llmAgentflow", "id": "llm_0"}
    assert (answer, seen) == ("x", [told])
