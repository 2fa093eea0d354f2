// After a failover of the cache a connection may stay on the node that was its primary (taskforcesh/bullmq#648,
// redis/ioredis#144). There every write answers READONLY, and what is published reaches nobody who listens at the new one:
// whoever notices connects again, to where the primary's name leads by then.
'use strict';
const { createRequire } = require('module');

const EVERY_MS = 5000;
const LEAST_MS = 1000; // the name leads to the old node for some seconds more: no loop without a pause
const AGAIN = 2; // ioredis: connect again, and send the command again
const NOBODYS_KEY = 'flowise:nobodys-key'; // to delete it is a write that changes nothing and needs no memory

const demoted = (error) => /\b(READONLY|UNBLOCKED)\b/.test(error.message);

const tried = new WeakMap();
// ioredis calls it on the client's options
function reconnectOnError(error) {
  const now = Date.now();
  if (!demoted(error) || now - (tried.get(this) ?? 0) < LEAST_MS) return false;
  tried.set(this, now);
  return AGAIN;
}

// node-redis connects again when its socket breaks and at nothing else, and to publish is no write that could fail
const watched = (client) => {
  const look = async () => {
    if (!client.isReady || client.isPubSubActive) return; // a listener hears through the old node what the new one sends it
    await client.del(NOBODYS_KEY).catch(async (error) => {
      if (!demoted(error)) return;
      await client.disconnect();
      await client.connect();
    });
  };
  setInterval(() => look().catch((error) => console.error(`cache: ${error.message}`)), EVERY_MS).unref();
  return client;
};

const found = (flowise, name) => {
  const one = (load) => {
    try {
      return [load(name)];
    } catch {
      return []; // not in this tree
    }
  };
  return new Set([...one(flowise), ...one((each) => createRequire(flowise.resolve('bullmq'))(each))]);
};

module.exports = (flowise) => {
  for (const Redis of found(flowise, 'ioredis')) Redis.defaultOptions.reconnectOnError ??= reconnectOnError;
  for (const redis of found(flowise, 'redis')) {
    const { createClient } = redis;
    // flows may have clients of other servers, to which nothing of ours is sent
    redis.createClient = (options, ...more) => {
      const client = createClient(options, ...more);
      return options?.socket?.host === process.env.REDIS_HOST ? watched(client) : client;
    };
  }
};
Object.assign(module.exports, { NOBODYS_KEY, reconnectOnError });
