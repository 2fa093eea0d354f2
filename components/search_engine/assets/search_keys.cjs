// Sees to it that the engine has the keys that it should, at its start and for as long as it runs: they lie in its data,
// so that an empty volume has none. Answers /readyz once they are there. Beside the engine, in its pod.
// Environment: SEARCH_URL, MEILI_MASTER_KEY, KEYS ([{ uid, name, actions, indexes }]), PORT.
'use strict';
const crypto = require('crypto');
require('./json_logs.cjs');
const serving = require('./serving.cjs');

const env = process.env;
const EVERY_MS = 30_000;
const ANSWER_MS = 10_000;

const ask = async (method, path, body) => {
  const answer = await fetch(new URL(path, env.SEARCH_URL), {
    method,
    headers: { authorization: `Bearer ${env.MEILI_MASTER_KEY}`, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  // its errors name the key's uid and never its value
  if (!answer.ok && answer.status !== 404) throw new Error(`${method} ${path}: status ${answer.status}`);
  return answer.status === 404 || answer.status === 204 ? undefined : answer.json();
};

const same = (one, other) => JSON.stringify([...one].sort()) === JSON.stringify([...other].sort());

const ensure = async ({ uid, name, actions, indexes }) => {
  let key = await ask('GET', `/keys/${uid}`);
  if (key && !(same(key.actions, actions) && same(key.indexes, indexes))) {
    // what a key may do cannot be changed; made again under its uid, it has the value that it had
    await ask('DELETE', `/keys/${uid}`);
    key = undefined;
  }
  if (!key) {
    key = await ask('POST', '/keys', { uid, name, actions, indexes, expiresAt: null });
    console.log(`made the key ${name}`);
  }
  const derived = crypto.createHmac('sha256', env.MEILI_MASTER_KEY).update(uid).digest('hex');
  if (key.key !== derived) throw new Error(`the engine derives the key ${name} otherwise than the program`);
};

let failure = new Error('the keys have not been looked at yet');
const look = async () => {
  try {
    for (const key of JSON.parse(env.KEYS)) await ensure(key);
    failure = undefined;
  } catch (error) {
    failure = error;
    console.error(error.message);
  }
  setTimeout(look, failure ? EVERY_MS / 10 : EVERY_MS);
};

const server = serving(env.PORT, {
  '/livez': async () => undefined,
  '/readyz': async () => {
    if (failure) throw failure;
  },
});
look();
process.on('SIGTERM', () => server.close(() => process.exit(0)));
