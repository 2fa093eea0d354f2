// Exits with 0 when the Flowise in this container can do its work, and says why not otherwise. /api/v1/ping would not do:
// it says pong without a database. A server is asked for a flow that nobody has, which it looks up through its own
// connections: 404, or 500 without its database. A worker has no port; its cache knows which queues it takes jobs from.
// An argument names another process than the container's first.
'use strict';
const fs = require('fs');
const os = require('os');
const path = require('path');
const { createRequire } = require('module');

const LONGEST_MS = 5000;
// A worker asks for jobs every few seconds, or when it has ended what it does: longer than any flow may take, it hangs.
const LONGEST_SILENCE_SECONDS = 300;
const QUEUES = ['prediction', 'upsertion', 'schedule'];
const env = process.env;

const server = async () => {
  const nobodys = `http://127.0.0.1:${env.PORT || 3000}/api/v1/public-chatflows/00000000-0000-0000-0000-000000000000`;
  const answer = await fetch(nobodys, { signal: AbortSignal.timeout(LONGEST_MS) });
  if (answer.status !== 404) throw new Error(`status ${answer.status}: ${(await answer.text()).slice(0, 200)}`);
};

const worker = async (flowise) => {
  const pem = (name) => env[name] && Buffer.from(env[name], 'base64');
  const cache = {
    host: env.REDIS_HOST || 'localhost',
    port: Number(env.REDIS_PORT || 6379),
    username: env.REDIS_USERNAME || undefined,
    password: env.REDIS_PASSWORD || undefined,
    tls: env.REDIS_TLS === 'true' ? { ca: pem('REDIS_CA'), cert: pem('REDIS_CERT'), key: pem('REDIS_KEY') } : undefined,
  };
  const Redis = flowise('ioredis');
  const once = { connectTimeout: LONGEST_MS, commandTimeout: LONGEST_MS, retryStrategy: null };
  const client = env.REDIS_URL ? new Redis(env.REDIS_URL, once) : new Redis({ ...cache, ...once });
  const failed = new Promise((_, reject) => client.on('error', reject));
  const list = await Promise.race([client.client('LIST'), failed]);
  client.disconnect();

  const ours = new Set(Object.values(os.networkInterfaces()).flat().map(({ address }) => address));
  const fields = (line) => Object.fromEntries(line.split(' ').map((field) => field.split(/=(.*)/s)));
  const host = (address) => address.slice(0, address.lastIndexOf(':')).replace(/^\[|\]$/g, '');
  const alive = ({ addr, idle }) => ours.has(host(addr)) && Number(idle) < LONGEST_SILENCE_SECONDS;
  const here = list.trim().split('\n').map(fields).filter(alive);
  // what BullMQ calls the connection on which a worker waits for jobs (bullmq: QueueBase.clientName)
  const waiting = (queue) => `bull:${Buffer.from(`${env.QUEUE_NAME || 'flowise-queue'}-${queue}`).toString('base64')}`;
  const left = QUEUES.filter((queue) => !here.some(({ name }) => name === waiting(queue)));
  if (left.length) throw new Error(`takes no jobs from ${left.join(', ')}`);
  await database(flowise);
};

const database = async (flowise) => {
  if (env.DATABASE_TYPE !== 'postgres') return;
  const ca = env.DATABASE_SSL_KEY_BASE64 && Buffer.from(env.DATABASE_SSL_KEY_BASE64, 'base64');
  const client = new (flowise('pg').Client)({
    host: env.DATABASE_HOST,
    port: Number(env.DATABASE_PORT || 5432),
    user: env.DATABASE_USER,
    password: env.DATABASE_PASSWORD,
    database: env.DATABASE_NAME,
    ssl: ca ? { ca, rejectUnauthorized: env.DATABASE_REJECT_UNAUTHORIZED === 'true' } : env.DATABASE_SSL === 'true',
    connectionTimeoutMillis: LONGEST_MS,
    query_timeout: LONGEST_MS,
  });
  await client.connect();
  await client.query('SELECT 1');
  await client.end();
};

const check = () => {
  const command = fs.readFileSync(`/proc/${process.argv[2] || 1}/cmdline`, 'utf8').split('\0');
  const run = command.find((word) => path.basename(word) === 'flowise' || word.endsWith('flowise/bin/run'));
  if (!run) throw new Error(`not Flowise: ${command.join(' ')}`);
  if (!command.includes('worker')) return server();
  return worker(createRequire(fs.realpathSync(run.includes('/') ? run : '/usr/local/bin/flowise')));
};

Promise.resolve()
  .then(check)
  .then(() => process.exit(0))
  .catch((error) => {
    console.error(`${error.message || error.code}`);
    process.exit(1);
  });
