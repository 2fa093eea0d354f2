// Counts what flows ask models, and the tokens that the providers say it took.
'use strict';
const runs = require('./flow_runs.cjs');

// seconds, as of answers
const BUCKETS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 900];
// of flows and models; what comes later is counted together
const MOST_PAIRS = 300;
const FLOW = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const MODEL = /^[\w.:/@-]{1,128}$/;
const OTHER = 'other';

// Prometheus takes a series' first value for no increase, so each one is told as 0 once before it counts.
const fromZero = (Counter, options) => {
  const series = new Map();
  const counter = new Counter({
    ...options,
    collect() {
      for (const each of series.values()) {
        counter.inc(each.labels, each.told ? each.waiting : 0);
        if (each.told) each.waiting = 0;
        each.told = true;
      }
    },
  });
  return (labels, amount) => {
    const key = Object.values(labels).join('\n');
    const each = series.get(key) ?? { labels, waiting: 0, told: false };
    each.waiting += amount;
    series.set(key, each);
  };
};

module.exports = ({ Counter, Gauge, Histogram }, registers) => {
  const tokens = fromZero(Counter, {
    name: 'flowise_model_tokens_total',
    help: 'Tokens as the provider told them; cached ones are not counted as input',
    labelNames: ['flow', 'model', 'kind'],
    registers,
  });
  const calls = fromZero(Counter, {
    name: 'flowise_model_calls_total',
    help: 'Calls of models; without_usage: the provider did not tell the tokens',
    labelNames: ['flow', 'model', 'status'],
    registers,
  });
  const seconds = new Histogram({
    name: 'flowise_model_call_duration_seconds',
    help: 'From a call to the end of its answer, streamed ones too',
    labelNames: ['model'],
    buckets: BUCKETS,
    registers,
  });
  new Gauge({
    name: 'flowise_model_call_sources',
    help: 'Copies of LangChain that are watched: without one no call is counted',
    registers,
    collect() {
      this.set(runs.found.models);
    },
  });

  const pairs = new Set();
  const models = new Set();
  const named = (flow, model, answered) => {
    const where = flow === undefined ? 'none' : FLOW.test(flow) ? flow : OTHER;
    // whoever asks may be allowed to name the model: what no provider has answered to makes no series
    const what = MODEL.test(model) && (answered || models.has(model)) ? model : OTHER;
    const pair = `${where}\n${what}`;
    if (!pairs.has(pair) && pairs.size >= MOST_PAIRS) return [OTHER, OTHER];
    pairs.add(pair);
    if (what !== OTHER) models.add(what);
    return [where, what];
  };

  runs.onCall((call) => {
    const start = process.hrtime.bigint();
    return ({ usage, error, cached }) => {
      // an answer that was kept asked nobody
      if (cached) return;
      const [flow, model] = named(call.flow, call.model, !error);
      calls({ flow, model, status: error ? 'failed' : usage ? 'completed' : 'without_usage' }, 1);
      seconds.observe({ model }, Number(process.hrtime.bigint() - start) / 1e9);
      if (!usage) return;
      const kept = Math.min(usage.cached, usage.input);
      for (const [kind, amount] of Object.entries({ input: usage.input - kept, cached: kept, output: usage.output })) {
        if (amount > 0) tokens({ flow, model, kind }, amount);
      }
    };
  });
};
