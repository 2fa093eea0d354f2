// Node hangs up idle connections after 5 s and Flowise has no setting for it: the load balancer would answer 502.
'use strict';
const http = require('http');

const create = http.createServer;
const kept = Number(process.env.KEEP_ALIVE_SECONDS) * 1000;
http.createServer = (...args) => Object.assign(create(...args), { keepAliveTimeout: kept, headersTimeout: kept + 5000 });
