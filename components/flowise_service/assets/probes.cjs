// Answers the kubelet from within Flowise's process, workers' too, for /api/v1/ping says `pong` without its database.
//   /livez   the event loop turns: nothing else would be mended by a restart
//   /readyz  the database answers, in queue mode the cache takes a write, and on a server its own port answers and its
//            patches are applied
// What else is asked on this port is given as paths and what answers them with `{ type, text }`.
'use strict';
const http = require('http');
const serve = require('./serving.cjs');
const { NOBODYS_KEY, reconnectOnError } = require('./cache_failover.cjs');
const answered = require('./within.cjs');

const LONGEST_MS = 2000;
const env = process.env;

const within = (promise, what) => answered(promise, what, LONGEST_MS);

const database = (flowise) => {
  const { Pool } = flowise('pg');
  const pool = new Pool({
    host: env.DATABASE_HOST,
    port: Number(env.DATABASE_PORT),
    user: env.DATABASE_USER,
    password: env.DATABASE_PASSWORD,
    database: env.DATABASE_NAME,
    ssl: env.DATABASE_SSL === 'true',
    application_name: 'Flowise probes',
    max: 1,
    connectionTimeoutMillis: LONGEST_MS,
    query_timeout: LONGEST_MS,
  });
  pool.on('error', () => undefined); // an idle connection broke: the next question opens another
  return () => within(pool.query('SELECT 1'), 'database');
};

const cache = (flowise) => {
  const Redis = flowise('ioredis');
  const client = new Redis({
    host: env.REDIS_HOST,
    port: Number(env.REDIS_PORT),
    username: env.REDIS_USERNAME,
    password: env.REDIS_PASSWORD,
    tls: env.REDIS_TLS === 'true' ? {} : undefined,
    maxRetriesPerRequest: 0,
    reconnectOnError,
    lazyConnect: true,
  });
  client.on('error', () => undefined);
  // a node that is no primary any more answers PING, and takes nothing
  return () => within(client.del(NOBODYS_KEY), 'cache');
};

const ownPort = () => {
  const asked = new Promise((resolve, reject) => {
    const request = http.get({ host: '127.0.0.1', port: env.PORT, path: '/api/v1/ping', agent: false }, (response) => {
      response.resume();
      if (response.statusCode === 200) resolve();
      else reject(new Error(`status ${response.statusCode}`));
    });
    request.on('error', reject);
  });
  return within(asked, 'own port');
};

module.exports = (flowise, others = {}, patched = async () => undefined) => {
  const checks = [database(flowise)];
  if (env.MODE === 'queue') checks.push(cache(flowise));
  if (process.argv[2] === 'start') checks.push(ownPort, patched);
  const routes = {
    ...others,
    '/livez': async () => undefined,
    '/readyz': () => Promise.all(checks.map((check) => check())).then(() => undefined),
  };
  serve(env.PROBE_PORT, routes).unref();
};
