// CVE-2026-70474, its second half: whoever knows a credential's id gives it tokens of his own. Here a provider's answer is
// taken from the browser alone that asked for it, as long as its user is logged in.
'use strict';
const { askFirst, route } = require('./express_routes.cjs');

module.exports = (flowise) => {
  const begun = (request, _, next) => {
    if (request.user?.id) request.session.connecting = request.params.credentialId;
    next();
  };
  const finished = (request, response, next) => {
    // a redirect has no header that would tell a login, but its cookies
    const { verifyToken } = flowise('../dist/enterprise/middleware/passport/index.js');
    return verifyToken(request, response, () => {
      const { connecting } = request.session;
      if (connecting && connecting === request.query.state) return next();
      return response.status(403).send('This browser has not asked to connect that credential: begin again in Flowise.');
    });
  };
  return {
    '../dist/enterprise/middleware/passport/index.js': ({ verifyToken }) => {
      if (typeof verifyToken !== 'function') throw new Error('no verifyToken');
    },
    '../dist/routes/oauth2/index.js': ({ default: router }) => {
      askFirst(route(router, 'post', '/authorize/:credentialId'), begun);
      askFirst(route(router, 'get', '/callback'), finished);
    },
  };
};
