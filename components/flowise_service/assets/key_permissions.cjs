// A key has permissions, but a third of Flowise's routes ask for none: any valid key, that of the metrics too, reads and
// deletes chats (CVE-2026-100605), refreshes document stores (-67621), uses credentials (-67622, -100609), has links fetched
// (-67620). Here they ask keys as well; what is not in the table is for people, who log in. Nothing changes for those.
'use strict';
const path = require('path');
const { askFirst, paths, routes } = require('./express_routes.cjs');

const ANY_KEY = 'any key';
// router, method, the permission, and the path where it differs by path; permissions are Flowise's own (rbac/Permissions)
const NEEDED = [
  ['agentflowv2-generator', 'post', 'agentflows:create'],
  ['assistants', 'get', 'assistants:view'],
  ['assistants', 'post', 'assistants:create'],
  ['chat-messages', 'get', 'executions:view'],
  ['chat-messages', 'delete', 'executions:delete'],
  ['components-credentials', 'get', 'credentials:view'],
  ['documentstore', 'post', 'documentStores:upsert-config'],
  ['fetch-links', 'get', 'documentStores:preview-process'],
  ['flow-config', 'get', 'chatflows:view'],
  ['internal-chat-messages', 'get', 'executions:view'],
  ['node-configs', 'post', 'chatflows:view'],
  ['nodes', 'get', 'chatflows:view'],
  ['oauth2', 'post', 'credentials:update', '/authorize/:credentialId'],
  ['openai-assistants-files', 'post', 'assistants:view', '/download/'],
  ['openai-assistants-files', 'post', 'assistants:update', '/upload/'],
  ['stats', 'get', 'executions:view'],
  ['text-to-speech', 'get', 'credentials:view'],
  ['text-to-speech', 'post', 'credentials:view'],
  ['upsert-history', 'get', 'documentStores:view'],
  ['upsert-history', 'patch', 'documentStores:delete'],
  ['validation', 'get', 'chatflows:view'],
  // a flow's own key, where it has one, is asked for by the handler
  ['vectors', 'post', ANY_KEY, '/upsert/'],
  ['vectors', 'post', 'documentStores:upsert-config', '/internal-upsert/'],
  ['versions', 'get', ANY_KEY],
];

const asking = new WeakSet(); // handlers that ask for a permission
const asks = (route) => route.stack.some(({ handle }) => asking.has(handle));

// routes/chat-messages/index.js is chat-messages, enterprise/routes/user.route.js is user
const named = (file) => {
  const { name, dir } = path.parse(file);
  return name === 'index' ? path.basename(dir) : name.split('.')[0];
};

const guard = (permission, checkPermission) => {
  const checked = permission ? checkPermission(permission) : (_, response) => response.status(403).json({ message: 'Forbidden' });
  return (request, response, next) => {
    // who comes without a key has logged in, or asks what answers everybody
    const byKey = request.user && !request.user.id;
    return byKey ? checked(request, response, next) : next();
  };
};

module.exports = (flowise) => {
  const PERMISSIONS = '../dist/enterprise/rbac/PermissionCheck.js';
  return {
    [PERMISSIONS]: (permissions) => {
      for (const name of ['checkPermission', 'checkAnyPermission']) {
        const make = permissions[name];
        if (typeof make !== 'function') throw new Error(`no ${name}`);
        permissions[name] = (asked) => {
          const check = make(asked);
          asking.add(check);
          return check;
        };
      }
    },
    '../dist/routes/index.js': () => {
      const { checkPermission } = flowise(PERMISSIONS);
      const unused = new Set(NEEDED);
      for (const [file, { exports }] of Object.entries(flowise.cache)) {
        const router = /[\\/]flowise[\\/]dist[\\/](enterprise[\\/])?routes[\\/]./.test(file) && exports.default;
        for (const route of router?.stack ? routes(router) : []) {
          if (asks(route)) continue;
          const [method] = Object.keys(route.methods);
          const row = NEEDED.find(([of, by, , at]) => of === named(file) && by === method && (!at || paths(route).includes(at)));
          unused.delete(row);
          if (row?.[2] !== ANY_KEY) askFirst(route, guard(row?.[2], checkPermission));
        }
      }
      if (unused.size) throw new Error(`no route of ${[...unused].map((row) => row.join(' ')).join('; ')}`);
    },
  };
};
