// CVE-2026-41279: who names no flow names a credential, and speaks at its owner's cost; that is for who has logged in.
'use strict';
const { askFirst, route } = require('./express_routes.cjs');

module.exports = () => ({
  '../dist/routes/text-to-speech/index.js': ({ default: router }) =>
    askFirst(route(router, 'post', '/generate'), (request, response, next) =>
      request.user || request.body?.chatflowId ? next() : response.status(401).json({ error: 'Unauthorized Access' }),
    ),
});
