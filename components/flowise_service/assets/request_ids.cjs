// Tells log lines which request they belong to, by the id that the edge gives it (edge_request.mjs) and every log bears.
'use strict';
const { AsyncLocalStorage } = require('async_hooks');
const http = require('http');

// whoever comes past the edge may write what he likes
const ID = /^[\w=-]{1,128}$/;
const requests = new AsyncLocalStorage();

const { emit } = http.Server.prototype;
http.Server.prototype.emit = function (event, ...args) {
  const id = event === 'request' && args[0].headers['x-request-id'];
  return id && ID.test(id) ? requests.run(id, () => emit.call(this, event, ...args)) : emit.call(this, event, ...args);
};

require('./json_logs.cjs').tell(() => ({ request_id: requests.getStore() }));
