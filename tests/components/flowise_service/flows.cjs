// As much of a tree of Flowise's as flow_runs.cjs watches: LangChain's manager, two flows' modules, nodes of three kinds.
'use strict';
const fs = require('fs');
const path = require('path');

const MANAGER = `
class CallbackManager {
  handlers = [];
  addHandler(handler, inherit) { this.handlers.push([handler, inherit]); }
  static _configureSync(handlers) {
    if (!handlers) return undefined;
    const manager = new CallbackManager();
    manager.handlers = [...handlers];
    return manager;
  }
}
exports.CallbackManager = CallbackManager;
`;
// a model as LangChain's base class runs it: what it says is given, an Error is thrown
const MODEL = `
const { CallbackManager } = require('@langchain/core/callbacks/manager');
exports.asked = async (name, said, { kept, metadata, base = 'chat' } = {}) => {
  const manager = CallbackManager._configureSync(undefined, undefined, undefined, undefined, metadata);
  const handlers = (manager?.handlers ?? []).map(([handler]) => handler);
  const extra = { invocation_params: { model: name } };
  for (const each of handlers) {
    const start = base === 'chat' ? 'handleChatModelStart' : 'handleLLMStart';
    await each[start]({}, ['a secret question'], 'run-1', undefined, extra, [], {});
  }
  await new Promise(setImmediate);
  const end = said instanceof Error ? 'handleLLMError' : 'handleLLMEnd';
  for (const each of handlers) await each[end](said, 'run-1', undefined, [], kept ? { cached: true } : undefined);
  if (said instanceof Error) throw said;
  return 'said';
};
`;
const FLOW = `
exports.executeFlow = void 0;
const executeFlow = async ({ chatflow, run }) => run(chatflow);
exports.executeFlow = executeFlow;
`;
const NODE = (name, body) => `
class Node {
  constructor() { this.name = '${name}'; }
  ${body}
}
module.exports = { nodeClass: Node };
`;
const EMBEDDINGS = `
class Embeddings {
  model = 'an-embedding';
  async embeddingWithRetry(texts) { return { data: texts, usage: { prompt_tokens: 7 } }; }
  async embedDocuments(texts) { return (await Promise.all(texts.map((text) => this.embeddingWithRetry([text])))).length; }
  async embedQuery(text) { return this.embedDocuments([text]); }
}
`;
const SILENT = "class Silent { modelName = 'a-silent-one'; async embedQuery() { return 1; } async embedDocuments() { return 2; } }";
const LLAMA = `
class Llama {
  metadata = { model: 'a-llama' };
  async chat({ stream }) { return stream ? (async function* () {})() : { raw: { usage: { prompt_tokens: 5, completion_tokens: 6 } } }; }
  async complete() { return this.chat({}); }
}
`;
const FILES = {
  'node_modules/@langchain/core/callbacks/manager.js': MANAGER,
  'node_modules/flowise-components/model.js': MODEL,
  'node_modules/flowise-components/dist/nodes/agentflow/LLM/LLM.js': NODE(
    'llmAgentflow',
    'async run(data, input, options) { return data.work(input, options); }',
  ),
  'node_modules/flowise-components/dist/nodes/embeddings/OpenAI.js':
    EMBEDDINGS + NODE('openAIEmbeddings', 'async init() { return new Embeddings(); }'),
  'node_modules/flowise-components/dist/nodes/embeddings/Silent.js':
    SILENT + NODE('silentEmbeddings', 'async init() { return new Silent(); }'),
  'node_modules/flowise-components/dist/nodes/embeddings/Cache.js':
    SILENT + NODE('cache', 'async init() { return Object.assign(new Silent(), { underlyingEmbeddings: {} }); }'),
  'node_modules/flowise-components/dist/nodes/chatmodels/Llama.js': LLAMA + NODE('llama', 'init() { return new Llama(); }'),
  'dist/utils/buildChatflow.js': FLOW,
  'dist/utils/upsertVector.js': FLOW.replace(/executeFlow/g, 'executeUpsert'),
};

module.exports = (folder) => {
  for (const [name, text] of Object.entries(FILES)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text);
  }
  const load = (name) => require(path.join(folder, name));
  const node = (name) => new (load(`node_modules/flowise-components/dist/nodes/${name}.js`).nodeClass)();
  return {
    node,
    asked: load('node_modules/flowise-components/model').asked,
    flow: (id, run) => load('dist/utils/buildChatflow').executeFlow({ chatflow: { id }, run }),
    upsert: (id, run) => load('dist/utils/upsertVector').executeUpsert({ chatflow: { id }, run }),
    manager: load('node_modules/@langchain/core/callbacks/manager').CallbackManager,
  };
};
