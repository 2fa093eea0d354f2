// A worker that is told to stop ends what it does before Flowise hears of it: Flowise itself gives up after 30 s.
'use strict';

module.exports = (flowise) => {
  const workers = new Set();
  const { Worker } = flowise('bullmq');
  const { run } = Worker.prototype;
  Worker.prototype.run = function (...args) {
    workers.add(this);
    return run.apply(this, args);
  };

  // closing a worker takes no new job and waits for those under way
  const drained = () => Promise.all([...workers].map((worker) => worker.close().catch(() => undefined)));
  const patience = () =>
    new Promise((resolve) => setTimeout(resolve, Number(process.env.DRAIN_SECONDS) * 1000).unref());

  const on = process.on.bind(process);
  process.on = (event, handler) =>
    event === 'SIGTERM' ? on(event, () => Promise.race([drained(), patience()]).then(() => handler())) : on(event, handler);
};
