// Tells log lines which request they belong to, by the id that the load balancer's access log has as well.
'use strict';
const { AsyncLocalStorage } = require('async_hooks');
const http = require('http');

// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html
const ROOT = /(?:^|;)Root=(1-[0-9a-f]{8}-[0-9a-f]{24})(?:;|$)/;
const requests = new AsyncLocalStorage();

const { emit } = http.Server.prototype;
http.Server.prototype.emit = function (event, ...args) {
  const found = event === 'request' && ROOT.exec(args[0].headers['x-amzn-trace-id'] || '');
  return found ? requests.run(found[1], () => emit.call(this, event, ...args)) : emit.call(this, event, ...args);
};

require('./json_logs.cjs').tell(() => ({ request_id: requests.getStore() }));
