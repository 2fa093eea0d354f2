// Loaded into Flowise's own process, and no other that it starts, by NODE_OPTIONS=--require.
'use strict';
const fs = require('fs');
const { createRequire } = require('module');
const { isMainThread } = require('worker_threads');

const started = process.argv[1] && fs.existsSync(process.argv[1]) ? fs.realpathSync(process.argv[1]) : '';
if (isMainThread && started.endsWith('/flowise/bin/run')) {
  const flowise = createRequire(started);
  require('./json_logs.cjs');
  require('./request_ids.cjs');
  // before tracing, whose hook on require keeps for ever what it saw first
  require('./cors.cjs')(flowise);
  const patched = require('./patches.cjs')(flowise);
  // before whatever loads what is traced
  require('./tracing.cjs')(flowise);
  require('./address_family.cjs');
  require('./keep_alive.cjs');
  // whatever connects to the cache comes later
  require('./cache_failover.cjs')(flowise);
  require('./drain.cjs')(flowise);
  require('./probes.cjs')(flowise, { '/metrics': require('./process_metrics.cjs')(flowise) }, patched);
}
