// CVE-2026-70636: a flow whose OAuth2 credential is due has the server refresh it, by a request without a login to the name
// under which the flow was asked (refreshOAuth2Token of flowise-components): so that path answers strangers. Here servers and
// workers run the route's own handler instead of asking for it, and the path can be closed to everybody.
'use strict';
const { AsyncLocalStorage } = require('async_hooks');
const { createRequire } = require('module');
const { route } = require('./express_routes.cjs');

const REFRESH = '/refresh/:credentialId';
const ROUTES = '../dist/routes/oauth2/index.js';
// a worker has no app, of which the handler takes the database alone
const apps = new AsyncLocalStorage();

const answered = (router, credentialId, app) =>
  new Promise((resolve, reject) => {
    const [{ handle }] = route(router, 'post', REFRESH).stack.slice(-1);
    const response = {
      statusCode: 200,
      status(code) {
        this.statusCode = code;
        return this;
      },
      json(body) {
        resolve({ status: this.statusCode, body });
      },
    };
    apps.run(app, () => handle({ params: { credentialId } }, response, reject));
  });

module.exports = (flowise) => ({
  [ROUTES]: ({ default: router }) => void route(router, 'post', REFRESH),
  '../dist/utils/getRunningExpressApp.js': (running) => {
    const { getRunningExpressApp } = running;
    if (typeof getRunningExpressApp !== 'function') throw new Error('no getRunningExpressApp');
    running.getRunningExpressApp = () => apps.getStore() ?? getRunningExpressApp();
  },
  [createRequire(flowise.resolve('flowise-components')).resolve('./utils.js')]: (utils) => {
    const { refreshOAuth2Token } = utils;
    if (!String(refreshOAuth2Token).includes('/api/v1/oauth2-credential/refresh/'))
      throw new Error('refreshOAuth2Token asks elsewhere');
    utils.refreshOAuth2Token = async (credentialId, data, options, marginMs = 5 * 60 * 1000) => {
      if (!data.expires_at || Date.now() <= Date.parse(data.expires_at) - marginMs) return data;
      // which says what to do
      if (!data.refresh_token) return refreshOAuth2Token(credentialId, data, options, marginMs);
      const app = { AppDataSource: options.appDataSource };
      const { status, body } = await answered(flowise(ROUTES).default, credentialId, app);
      if (status >= 400)
        throw new Error(`Failed to refresh access token: ${status} ${body.message}. Please re-authorize the credential.`);
      return utils.getCredentialData(credentialId, options);
    };
  },
});
