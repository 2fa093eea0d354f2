// What stands in Flowise's queues, read from the cache at each scrape, and what has left them, told by their events.
//   /metrics  a state that cannot be read is left out and not remembered; the time of the last reading tells its age
//   /livez    the event loop turns
//   /readyz   the cache answers
// Environment: METRICS_PORT, QUEUE_NAMES (Flowise's QUEUE_NAME of each release), REDIS_*.
// A restart begins counting at zero, which Prometheus' rate() and increase() expect; what ended meanwhile is not counted.
'use strict';
const { Queue, QueueEvents } = require('bullmq');
const Redis = require('ioredis');
const { Counter, Gauge, Registry } = require('prom-client');
require('./json_logs.cjs');
const serve = require('./serving.cjs');
const within = require('./within.cjs');

const env = process.env;

const LONGEST_MS = 3000;
const KINDS = ['prediction', 'upsertion', 'schedule']; // flowise 3.1.4, dist/queue/QueueManager.js
const STATES = ['waiting', 'active', 'delayed', 'prioritized', 'paused', 'completed', 'failed'];

const register = new Registry();
const registers = [register];
const gauge = (name, help, ...labelNames) => new Gauge({ name, help, labelNames, registers });
const jobs = gauge('flowise_queue_jobs', 'Jobs by what has become of them; finished ones are kept for a day', 'queue', 'state');
const oldest = gauge('flowise_queue_oldest_waiting_job_age_seconds', 'Since the oldest job waits; 0 where none does', 'queue');
const workers = gauge('flowise_queue_workers', 'Workers that are connected to the cache', 'queue');
const readAt = gauge('flowise_queue_last_read_timestamp_seconds', 'When the queues were last read, Unix time');
const finished = new Counter({
  name: 'flowise_queue_jobs_finished_total',
  help: 'Jobs that ended while this process looked on',
  labelNames: ['queue', 'status'],
  registers,
});

// one trouble is told once, not at each of a hundred tries
const told = new Map();
const say = (who, error) => {
  if (told.get(who) !== error.message) console.error(`${who}: ${error.message}`);
  told.set(who, error.message);
};

const login = {
  host: env.REDIS_HOST,
  port: Number(env.REDIS_PORT),
  username: env.REDIS_USERNAME,
  password: env.REDIS_PASSWORD,
  tls: env.REDIS_TLS === 'true' ? {} : undefined,
};
const client = new Redis({ ...login, maxRetriesPerRequest: null, commandTimeout: LONGEST_MS });
client.on('error', (error) => say('cache', error));

const watched = env.QUEUE_NAMES.split(',').flatMap((name) => KINDS.map((kind) => `${name}-${kind}`));
const queues = watched.map((name) => {
  // without the option it would write the queue's own limits over those that Flowise has set
  const queue = new Queue(name, { connection: client, skipMetasUpdate: true });
  queue.on('error', () => undefined); // the client's, told already
  return queue;
});

// The last event before now, so that none falls between two readings: BullMQ itself would begin each anew until the first.
const follow = async (queue) => {
  const connected = await queue.client;
  const [last] = await connected.xrevrange(queue.toKey('events'), '+', '-', 'COUNT', 1);
  const events = new QueueEvents(queue.name, {
    connection: { ...login, maxRetriesPerRequest: null },
    lastEventId: last ? last[0] : '0-0',
    autorun: false,
  });
  events.on('error', (error) => say(`events of ${queue.name}`, error));
  for (const status of ['completed', 'failed']) {
    finished.inc({ queue: queue.name, status }, 0);
    events.on(status, () => finished.inc({ queue: queue.name, status }));
  }
  await events.run();
};

// Jobs are put in at a list's head and taken from its tail. The job itself may hold an uploaded file: only its time is read.
const age = async (connected, queue, list) => {
  const id = await connected.lindex(queue.toKey(list), -1);
  const added = id && (await connected.hget(queue.toKey(id), 'timestamp'));
  return added ? Math.max(0, Date.now() - Number(added)) / 1000 : 0;
};

const state = async (queue) => {
  const connected = await queue.client;
  const [counts, ages, connections] = await Promise.all([
    queue.getJobCounts(...STATES),
    Promise.all(['wait', 'paused'].map((list) => age(connected, queue, list))),
    // asks for CLIENT LIST, which a cache may forbid: the rest is told all the same
    queue.getWorkersCount().catch((error) => say(`workers of ${queue.name}`, error)),
  ]);
  return { queue: queue.name, counts, ages, connections };
};

const read = async () => {
  try {
    const states = await within(Promise.all(queues.map(state)), 'queues', LONGEST_MS);
    workers.reset();
    for (const { queue, counts, ages, connections } of states) {
      for (const each of STATES) jobs.set({ queue, state: each }, counts[each]);
      oldest.set({ queue }, Math.max(...ages));
      if (connections !== undefined) workers.set({ queue }, connections);
    }
    readAt.set(Date.now() / 1000);
    for (const who of ['cache', 'reading']) told.delete(who);
  } catch (error) {
    say('reading', error);
    for (const each of [jobs, oldest, workers]) each.reset();
  }
};

let reading;
const metrics = async () => {
  // two Prometheus servers that scrape at once share one reading
  reading ??= read().finally(() => {
    reading = undefined;
  });
  await reading;
  return { type: register.contentType, text: await register.metrics() };
};

serve(env.METRICS_PORT, {
  '/metrics': metrics,
  '/livez': async () => undefined,
  '/readyz': () => within(client.ping(), 'cache', LONGEST_MS).then(() => undefined),
});
process.on('SIGTERM', () => process.exit(0));
// one that has stopped counting would say that nothing ends any more: it is started anew instead
for (const queue of queues) {
  follow(queue).catch((error) => {
    console.error(`events of ${queue.name} ended: ${error.message}`);
    process.exit(1);
  });
}
