// Makes ready what Flowise's pods start on, as often as it is run: tables, first owner and its e-mail, keys, Databricks.
// Environment: Flowise's own, and OWNER_EMAIL, OWNER_NAME, OWNER_PASSWORD, METRICS_API_KEY, KEY_FINGERPRINT; where flows
// are exported, FLOW_EXPORT_API_KEY.
'use strict';
const { spawn } = require('child_process');
const crypto = require('crypto');
const fs = require('fs');
const { createRequire } = require('module');
const path = require('path');

const FLOWISE = fs.realpathSync(process.env.FLOWISE_PACKAGE);
const flowise = createRequire(`${FLOWISE}/bin/run`);
const built = (file) => flowise(path.join(FLOWISE, 'dist', file));
// any number that nothing else in this database locks
const LOCK = 7_340_001;
// Flowise starts in ten seconds where nothing else runs, and its Job ends after ten minutes in any case
const [START_TRIES, PAUSE_MS] = [480, 1000];
const EXPORT_READS = ['agentflows', 'assistants', 'chatflows', 'credentials', 'documentStores', 'tools', 'variables']
  .map((kind) => `${kind}:view`)
  .concat('templates:custom');

const say = (message) => console.log(message);
const env = (name) => {
  if (!process.env[name]) throw new Error(`${name} is not set`);
  return process.env[name];
};
const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));

// Credentials in this database can be read with one key alone: a stack that came with another must not start on it.
const checkKey = async (source) => {
  const wanted = env('KEY_FINGERPRINT');
  await source.query('CREATE TABLE IF NOT EXISTS platform_key (fingerprint text NOT NULL)');
  const [kept] = await source.query('SELECT fingerprint FROM platform_key');
  if (!kept) await source.query('INSERT INTO platform_key VALUES ($1)', [wanted]);
  else if (kept.fingerprint !== wanted)
    throw new Error(
      `this database's credentials were encrypted with the key ${kept.fingerprint}, and this stack has ${wanted}: ` +
        'name the secret of the other stack in flowise:service.keys_secret_name',
    );
};

// Flowise migrates at every start, without a lock: two pods at once leave the tables half made.
const migrate = async (source) => {
  const runner = source.createQueryRunner();
  await runner.query('SELECT pg_advisory_lock($1)', [LOCK]);
  try {
    await checkKey(source);
    const done = await source.runMigrations({ transaction: 'each' });
    say(`${done.length} migrations applied`);
  } finally {
    await runner.query('SELECT pg_advisory_unlock($1)', [LOCK]);
    await runner.release();
  }
};

// The server that registers the owner is reached from this pod alone, and no other one ever registers anybody.
const register = async () => {
  const port = env('PORT');
  const home = `${process.env.HOME}/.flowise`;
  fs.mkdirSync(home, { recursive: true });
  const settings = { HOST: '127.0.0.1', DENYLIST_URLS: '', MODE: 'main', STORAGE_TYPE: 'local', NODE_OPTIONS: '' };
  const server = spawn(process.execPath, [`${FLOWISE}/bin/run`, 'start'], {
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  let ended = false;
  const end = new Promise((resolve) =>
    server.once('exit', () => {
      ended = true;
      resolve();
    }),
  );
  try {
    const url = `http://127.0.0.1:${port}/api/v1`;
    for (let tries = 0; ; tries += 1) {
      if (ended || tries === START_TRIES) throw new Error('the server that makes the owner did not start');
      const up = await fetch(`${url}/ping`).then((answer) => answer.ok, () => false);
      if (up) break;
      await pause();
    }
    const answer = await fetch(`${url}/account/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        user: { name: env('OWNER_NAME'), email: env('OWNER_EMAIL'), type: 'pro', credential: env('OWNER_PASSWORD') },
      }),
    });
    if (answer.status !== 201) throw new Error(`the owner was refused with status ${answer.status}`);
    say('the owner is registered');
  } finally {
    server.kill('SIGTERM');
    await end;
  }
};

const sameKey = (stored, key) => {
  const [hash, salt] = stored.split('.');
  return crypto.timingSafeEqual(Buffer.from(hash, 'hex'), crypto.scryptSync(key, salt, 64));
};

// The key's holder must know it before anybody could have asked Flowise for one, so it is given and not generated.
const giveKey = async (source, workspaceId, keyName, apiKey, permissions) => {
  const { ApiKey } = built('database/entities/ApiKey.js');
  const { generateSecretHash } = built('utils/apiKey.js');
  const keys = source.getRepository(ApiKey);
  const known = await keys.findOneBy({ keyName, workspaceId });
  if (!apiKey) {
    if (known) await keys.remove(known);
    return;
  }
  const [is, wanted] = [known?.permissions, permissions].map(String);
  if (known && is === wanted && known.apiKey === apiKey && sameKey(known.apiSecret, apiKey)) return;
  const id = known ? known.id : crypto.randomUUID();
  await keys.save({ id, keyName, apiKey, apiSecret: generateSecretHash(apiKey), permissions, workspaceId });
  say(`the key ${keyName} is in place`);
};

const giveKeys = async (source, workspaceId) => {
  // metrics ask for a valid key and for no permission; the least that a key may have
  await giveKey(source, workspaceId, 'platform-metrics', env('METRICS_API_KEY'), ['chatflows:view']);
  await giveKey(source, workspaceId, 'platform-flow-export', process.env.FLOW_EXPORT_API_KEY, EXPORT_READS);
};

// The owner's secret is what tools log in with: where the settings name another e-mail than the last time, the account
// that had the last one gets it. What a person changed in Flowise itself stays.
const followOwner = async (source) => {
  const wanted = env('OWNER_EMAIL');
  const has = async (email) => (await source.query('SELECT 1 FROM "user" WHERE email = $1', [email])).length > 0;
  await source.query('CREATE TABLE IF NOT EXISTS platform_owner (email text NOT NULL)');
  const [kept] = await source.query('SELECT email FROM platform_owner');
  if (!kept) await source.query('INSERT INTO platform_owner VALUES ($1)', [wanted]);
  else if (kept.email !== wanted) {
    if (await has(kept.email)) {
      if (await has(wanted)) throw new Error('flowise:service.owner_email is that of another account: name a free one');
      await source.query('UPDATE "user" SET email = $1 WHERE email = $2', [wanted, kept.email]);
      say("the owner's e-mail is changed");
    }
    await source.query('UPDATE platform_owner SET email = $1', [wanted]);
  }
  if (!(await has(wanted))) say("no account has the owner's e-mail: flowise:service.owner_email is to name one");
};

const variable = async (source, workspaceId, name) => {
  const { Variable } = built('database/entities/Variable.js');
  const variables = source.getRepository(Variable);
  if (await variables.findOneBy({ name, workspaceId })) return;
  // a runtime variable is read from the pod's environment: its value stays out of the database
  await variables.save(variables.create({ name, value: '', type: 'runtime', workspaceId }));
  say(`variable ${name} is in place`);
};

const databricks = async (source, workspaceId) => {
  const { Credential } = built('database/entities/Credential.js');
  const { encryptCredentialData, decryptCredentialData } = built('utils/index.js');
  const [credentials, name, credentialName] = [source.getRepository(Credential), 'Databricks', 'openAIApi'];
  const wanted = { openAIApiKey: env('DATABRICKS_TOKEN') };
  const known = await credentials.findOneBy({ name, credentialName, workspaceId });
  const kept = known && (await decryptCredentialData(known.encryptedData));
  if (!kept || kept.openAIApiKey !== wanted.openAIApiKey) {
    const encryptedData = await encryptCredentialData(wanted);
    await credentials.save(credentials.create({ ...known, name, credentialName, encryptedData, workspaceId }));
    say('credential Databricks is in place');
  }
  await variable(source, workspaceId, 'DATABRICKS_URL');
  await variable(source, workspaceId, 'DATABRICKS_TOKEN');
};

const main = async () => {
  const source = built('DataSource.js').getDataSource();
  source.setOptions({ logging: false }); // it would print a failed query with its parameters, keys among them
  await source.initialize();
  await migrate(source);
  const workspaces = () => source.query('SELECT id FROM workspace ORDER BY "createdDate" LIMIT 1');
  if (!(await workspaces()).length) await register();
  const [{ id }] = await workspaces();
  await followOwner(source);
  await giveKeys(source, id);
  if (process.env.DATABRICKS_TOKEN) await databricks(source, id);
  await source.destroy();
  say('Flowise may start');
};

main().then(
  () => process.exit(0),
  (error) => {
    console.error(`setup failed: ${error.message}`);
    process.exit(1);
  },
);
