// Tells whoever asks of each node that a flow runs and of each call of a model. Facts are of flowise 3.1.4.
//   flows    whatever is called while Flowise answers by a flow, or fills its store, is that flow's
//   nodes    of the older kind are made ready (init), of which the last one runs; of the newer kind each one runs
//   models   LangChain asks CallbackManager._configureSync whom to tell of a run, in each @langchain/core of the tree, and
//            awaits whom it tells where the flow waits. Its embeddings, and LlamaIndex's models, tell nobody: those are
//            wrapped as their nodes hand them over.
// Nothing is replaced before somebody asks. What fails here fails no flow.
'use strict';
const { AsyncLocalStorage } = require('async_hooks');
const diagnostics = require('diagnostics_channel');

const MANAGER = /(^|\/)manager(\.c?js)?$/;
const RUNS = /(^|\/)(buildChatflow|buildAgentflow|upsertVector)$/;
// of LangChain's embeddings, and of LlamaIndex's
const EMBEDS = ['embedQuery', 'embedDocuments', 'getQueryEmbedding', 'getTextEmbedding', 'getTextEmbeddings'];
const NODE = /\/flowise-components\/dist\/nodes\//;

const running = new AsyncLocalStorage();
const ours = new WeakSet();
const found = { flows: 0, nodes: 0, models: 0 };
const asking = [];
let surround = (_, work) => work();

const quietly = (work) => {
  try {
    return work();
  } catch {
    return undefined;
  }
};

const replace = (object, name, by) => {
  const own = object?.[name];
  if (typeof own !== 'function' || ours.has(own)) return 0;
  const made = by(own);
  ours.add(made);
  object[name] = made;
  return 1;
};

// Tells of a call that begins; what it gives tells how it ended.
const begin = (call) => {
  const flow = running.getStore()?.flow;
  const told = asking.map((ask) => quietly(() => ask({ flow, ...call })));
  return (outcome) => told.forEach((tell) => quietly(() => tell?.(outcome)));
};

// Gives what `good` or `bad` makes of it: at once where the work is done at once.
const settled = (work, good, bad) => {
  let answer;
  try {
    answer = work();
  } catch (error) {
    return bad(error);
  }
  return typeof answer?.then === 'function' ? answer.then(good, bad) : good(answer);
};

const called = (call, work, outcome) => {
  const end = begin(call);
  const good = (answer) => {
    end(quietly(() => outcome(answer)) ?? {});
    return answer;
  };
  const bad = (error) => {
    end({ error });
    throw error;
  };
  return settled(work, good, bad);
};

const count = (value) => (Number.isFinite(value) ? value : 0);

// What the provider told; cached tokens are among the input's.
const usage = (input, output, cached) =>
  Number.isFinite(input) || Number.isFinite(output)
    ? { input: count(input), output: count(output), cached: count(cached) }
    : undefined;

const outcome = ({ generations, llmOutput } = {}) => {
  const message = generations?.[0]?.[0]?.message;
  const told = message?.usage_metadata;
  // not estimatedTokenUsage, which LangChain reckons where the provider is silent
  const counted = llmOutput?.tokenUsage;
  return {
    usage:
      usage(told?.input_tokens, told?.output_tokens, told?.input_token_details?.cache_read) ??
      usage(counted?.promptTokens, counted?.completionTokens),
    model: message?.response_metadata?.model_name,
    reason: message?.response_metadata?.finish_reason,
  };
};

// What LangChain tells. One for each run, so that a stream which nobody reads to its end leaves nothing behind.
class Handler {
  name = 'flow_runs';
  awaitHandlers = true;
  raiseError = false;
  ignoreLLM = false;
  ignoreChain = true;
  ignoreAgent = true;
  ignoreRetriever = true;
  ignoreCustomEvent = true;
  calls = new Map();

  // of the run; LangChain drops it where it has nobody else to tell
  constructor(metadata) {
    this.metadata = metadata;
  }

  begins(operation, run, extra, metadata) {
    const { ls_model_name: name, ls_provider: provider } = { ...this.metadata, ...metadata };
    const given = extra?.invocation_params;
    this.calls.set(run, begin({ operation, model: name ?? given?.model ?? given?.model_name ?? given?.modelName, provider }));
  }

  ends(run, told, extra) {
    this.calls.get(run)?.({ ...told, cached: extra?.cached === true });
    this.calls.delete(run);
  }

  handleChatModelStart(model, messages, run, parent, extra, tags, metadata) {
    this.begins('chat', run, extra, metadata);
  }

  handleLLMStart(model, prompts, run, parent, extra, tags, metadata) {
    this.begins('text_completion', run, extra, metadata);
  }

  handleLLMEnd(answer, run, parent, tags, extra) {
    this.ends(run, quietly(() => outcome(answer)), extra);
  }

  handleLLMError(error, run, parent, tags, extra) {
    this.ends(run, { error }, extra);
  }
}

const watchModels = ({ CallbackManager }) => {
  found.models += replace(
    CallbackManager,
    '_configureSync',
    (own) =>
      function (...given) {
        const manager = own.apply(this, given) ?? new CallbackManager();
        const [, , , , metadata] = given;
        manager.addHandler(new Handler(metadata), false);
        return manager;
      },
  );
};

const watchFlows = (module) => {
  for (const name of ['executeFlow', 'executeAgentFlow', 'executeUpsert']) {
    found.flows += replace(
      module,
      name,
      (own) =>
        function (given, ...rest) {
          return running.run({ flow: given?.chatflow?.id }, () => own.call(this, given, ...rest));
        },
    );
  }
};

const watchEmbeddings = (model) => {
  for (const name of EMBEDS) {
    replace(
      model,
      name,
      (own) =>
        function (...given) {
          const around = running.getStore();
          // the one asks the other
          if (around?.embeds === this) return own.apply(this, given);
          const here = { ...around, embeds: this, input: undefined };
          return called(
            { operation: 'embeddings', model: this.model ?? this.modelName },
            () => running.run(here, () => own.apply(this, given)),
            () => ({ usage: here.input === undefined ? undefined : usage(here.input, 0) }),
          );
        },
    );
  }
  // OpenAI's, and what is built on them, have the answer here and keep its vectors alone
  replace(
    model,
    'embeddingWithRetry',
    (own) =>
      async function (...given) {
        const answer = await own.apply(this, given);
        const here = running.getStore();
        const told = answer?.usage?.prompt_tokens;
        if (here?.embeds === this && Number.isFinite(told)) here.input = count(here.input) + told;
        return answer;
      },
  );
};

const watchLlamaIndex = (model) =>
  replace(
    model,
    'chat',
    (own) =>
      function (...given) {
        return called(
          { operation: 'chat', model: this.model ?? this.metadata?.model },
          () => own.apply(this, given),
          // a stream, of which none of its providers tells the tokens, ends here where it begins
          (answer) => {
            const told = answer?.raw?.usage;
            const [input, output] = [told?.prompt_tokens ?? told?.input_tokens, told?.completion_tokens ?? told?.output_tokens];
            return { usage: usage(input, output, told?.prompt_tokens_details?.cached_tokens) };
          },
        );
      },
  );

const watchMade = (made) => {
  const has = (name) => typeof made?.[name] === 'function';
  // a cache asks the model that it keeps answers of
  if ((has('embedQuery') || has('getTextEmbedding')) && !made.underlyingEmbeddings) watchEmbeddings(made);
  if (has('chat') && has('complete') && !has('invoke')) watchLlamaIndex(made);
};

const watchNode = ({ nodeClass }) => {
  let replaced = 0;
  for (const part of ['init', 'run']) {
    replaced += replace(
      nodeClass?.prototype,
      part,
      (own) =>
        function (data, input, options, ...rest) {
          const work = () => own.call(this, data, input, options, ...rest);
          const flow = running.getStore()?.flow ?? options?.chatflowid;
          return running.run({ ...running.getStore(), flow }, () => {
            const made = surround({ part, flow, type: this.name, id: data?.id }, work);
            if (part === 'run') return made;
            const watched = (value) => {
              quietly(() => watchMade(value));
              return value;
            };
            return typeof made?.then === 'function' ? made.then(watched) : watched(made);
          });
        },
    );
  }
  found.nodes += replaced ? 1 : 0;
};

const loaded = ({ id, result }) => {
  if (typeof id !== 'string' || !result) return;
  if (NODE.test(id)) watchNode(result);
  else if (RUNS.test(id)) watchFlows(result);
  else if (MANAGER.test(id) && result.CallbackManager) watchModels(result);
};

let listening = false;
const listen = () => {
  if (listening) return;
  listening = true;
  // Node's own word of each require; what throws here would end the process
  diagnostics.subscribe('tracing:module.require:end', (told) => quietly(() => loaded(told)));
};

module.exports = {
  // How many of each there were to watch, so far.
  found,
  // `ask({ operation, model, provider, flow })` at each call; what it gives is told `{ usage, model, reason, error, cached }`.
  onCall: (ask) => {
    listen();
    asking.push(ask);
  },
  settled,
  // `by({ part, type, id, flow }, work)` gives what `work()` gives.
  aroundNodes: (by) => {
    listen();
    surround = by;
  },
};
