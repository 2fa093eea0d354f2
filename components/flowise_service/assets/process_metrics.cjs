// What Flowise does not tell of itself: how long its answers take beyond half a second, and what its workers do.
// A measurement that fails is dropped: no request and no job ever hears of it.
'use strict';
const diagnostics = require('diagnostics_channel');

// seconds; the longest answer that a stack may be set to wait for lies within
const BUCKETS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 900];
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
// what nginx logs of a client that left before its answer had ended
const CLIENT_LEFT = 499;
// asked by the kubelet, the load balancer and Prometheus; a listener's stream lasts for as long as somebody looks on
const UNCOUNTED = /^\/api\/v1\/(ping|metrics|webhook-listener)(\/|$)/i;
// the first that fits; Flowise's own paths (flowise 3.1.4, dist/routes/index.js), which no request can add to
const CLASSES = Object.entries({
  prediction: /^\/api\/v1\/(prediction|internal-prediction|webhook|mcp|vector)(\/|$)/i, // runs a flow
  auth: /^\/api\/v1\/(auth|account|loginmethod|auth0|azure|github|google)(\/|$)/i,
  api: /^\/(api|admin)\//i,
  assets: /\.[a-z0-9]+$/i,
  page: /^/,
});

const quietly = (measure) => {
  try {
    return measure();
  } catch {
    return undefined;
  }
};

const requests = ({ Gauge, Histogram }, registers) => {
  const seconds = new Histogram({
    name: 'flowise_http_request_duration_seconds',
    help: 'From a request to the end of its answer, streamed ones too; code 499: the client left before',
    labelNames: ['method', 'path', 'code'],
    buckets: BUCKETS,
    registers,
  });
  const inFlight = new Gauge({
    name: 'flowise_http_requests_in_flight',
    help: 'Requests whose answer has not ended',
    labelNames: ['path'],
    registers,
  });
  for (const [path] of CLASSES) inFlight.set({ path }, 0);

  const begun = ({ request, response, socket }) => {
    const [where] = request.url.split('?');
    if (socket.localPort !== Number(process.env.PORT) || UNCOUNTED.test(where)) return;
    const [path] = CLASSES.find(([, fits]) => fits.test(where));
    const method = METHODS.includes(request.method) ? request.method : 'OTHER';
    const start = process.hrtime.bigint();
    inFlight.inc({ path });
    response.once('close', () =>
      quietly(() => {
        inFlight.dec({ path });
        const code = response.writableFinished ? response.statusCode : CLIENT_LEFT;
        seconds.observe({ method, path, code }, Number(process.hrtime.bigint() - start) / 1e9);
      }),
    );
  };
  // Node's own word of each request of each server, before anybody's handler; what throws here would end the process
  diagnostics.subscribe('http.server.request.start', (told) => quietly(() => begun(told)));
};

const jobs = ({ Gauge, Histogram }, registers, { Worker }) => {
  const seconds = new Histogram({
    name: 'flowise_worker_job_duration_seconds',
    help: 'From the moment that a worker takes a job to its end',
    labelNames: ['queue', 'status'],
    buckets: BUCKETS,
    registers,
  });
  const inFlight = new Gauge({
    name: 'flowise_worker_jobs_in_flight',
    help: 'Jobs that this worker is busy with',
    labelNames: ['queue'],
    registers,
  });
  const { run, callProcessJob } = Worker.prototype;
  if (typeof callProcessJob !== 'function') throw new Error('this BullMQ has no Worker.prototype.callProcessJob');
  Worker.prototype.run = function (...args) {
    quietly(() => inFlight.set({ queue: this.name }, 0));
    return run.apply(this, args);
  };
  // not the events `active`, `completed` and `failed`: a job that lost its lock ends without either of the last two
  Worker.prototype.callProcessJob = async function (...args) {
    const queue = this.name;
    const start = process.hrtime.bigint();
    let status = 'failed';
    quietly(() => inFlight.inc({ queue }));
    try {
      const result = await callProcessJob.apply(this, args);
      status = 'completed';
      return result;
    } finally {
      quietly(() => {
        inFlight.dec({ queue });
        seconds.observe({ queue, status }, Number(process.hrtime.bigint() - start) / 1e9);
      });
    }
  };
};

// Gives what /metrics answers, as `{ type, text }`.
module.exports = (flowise) => {
  try {
    const prometheus = flowise('prom-client');
    const register = new prometheus.Registry(); // Flowise clears the default one
    prometheus.collectDefaultMetrics({ register });
    if (process.env.COUNT_MODEL_CALLS) require('./model_metrics.cjs')(prometheus, [register]);
    if (process.argv[2] === 'worker') jobs(prometheus, [register], flowise('bullmq'));
    else requests(prometheus, [register]);
    return async () => ({ type: register.contentType, text: await register.metrics() });
  } catch (error) {
    console.error(`this process is not measured: ${error.message}`);
    return () => Promise.reject(error);
  }
};
