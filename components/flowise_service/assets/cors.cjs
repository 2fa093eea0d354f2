// Flowise lets the pages of every site ask a flow that lists no origins of its own (validateChatflowDomain in
// packages/server/src/utils/domainValidation.ts, 3.1.4). Here those flows are for CORS_ORIGINS alone.
'use strict';

// No list names it: a flow that admits it admits everybody.
const NOBODY = 'https://nobody.invalid';
// Its preflight names no flow, so it is admitted whatever the flow says; the request itself is judged.
const WITHOUT_FLOW = /^\/api\/v1\/text-to-speech\//i;
const listed = (process.env.CORS_ORIGINS ?? '').toLowerCase().split(',').map((origin) => origin.trim());

const narrowed = (origin) => (asking, done) =>
  origin(asking, (error, admitted) => {
    if (error || !admitted || !asking || listed.includes(asking.toLowerCase())) return done(error, admitted);
    return origin(NOBODY, (failure, everybody) => done(failure, !everybody));
  });

module.exports = (flowise) => {
  const file = flowise.resolve('cors');
  const cors = flowise(file);
  const judged = (delegate) => (request, done) =>
    delegate(request, (error, options) => {
      const named = !(request.method === 'OPTIONS' && WITHOUT_FLOW.test(request.url));
      done(error, options && named ? { ...options, origin: narrowed(options.origin) } : options);
    });
  // Flowise hands over a function of the request for the whole site, and plain options for its MCP endpoints
  flowise.cache[file].exports = (given) => cors(typeof given === 'function' ? judged(given) : given);
};
