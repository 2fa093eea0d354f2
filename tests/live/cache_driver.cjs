// Uses the cache as Flowise does, and tells what goes through: a writer (ioredis), a queue with its worker (bullmq), and a
// publisher that somebody hears (node-redis). Environment: SCRIPTS, FLOWISE_PACKAGE, REDIS_*, PROBE_PORT, HEALS, SAID.
'use strict';
const fs = require('fs');
const { createRequire } = require('module');

const env = process.env;
const flowise = createRequire(`${env.FLOWISE_PACKAGE}/bin/run`);
if (env.HEALS) require(`${env.SCRIPTS}/cache_failover.cjs`)(flowise);
class Pool {
  on() {}
  async query() {}
}
require(`${env.SCRIPTS}/probes.cjs`)((name) => (name === 'pg' ? { Pool } : flowise(name)));

const Redis = flowise('ioredis');
const { Queue, Worker } = flowise('bullmq');
const redis = flowise('redis');
const login = { host: env.REDIS_HOST, port: Number(env.REDIS_PORT) };
const through = { write: 0, job: 0, published: 0 };
const quiet = (each) => each.on('error', () => undefined);
const tell = () => {
  fs.writeFileSync(`${env.SAID}.new`, JSON.stringify(through));
  fs.renameSync(`${env.SAID}.new`, env.SAID);
};

const writer = quiet(new Redis(login));
const queue = quiet(new Queue('jobs', { connection: login }));
quiet(new Worker('jobs', async () => void (through.job = Date.now()), { connection: { ...login, maxRetriesPerRequest: null } }));
const client = () => quiet(redis.createClient({ socket: { host: login.host, port: login.port } }));
const publisher = client();

(async () => {
  const listener = client();
  await Promise.all([publisher.connect(), listener.connect()]);
  await listener.subscribe('events', () => void (through.published = Date.now()));
  setInterval(() => {
    writer.set('key', 'value').then(() => void (through.write = Date.now()), () => undefined);
    queue.add('job', {}, { removeOnComplete: true }).catch(() => undefined);
    publisher.publish('events', 'event').catch(() => undefined);
    tell();
  }, 200);
})();
