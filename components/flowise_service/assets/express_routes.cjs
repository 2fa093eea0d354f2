// The routes of a router of Express 4, and how somebody is asked before their own handlers.
'use strict';

const routes = (router) => router.stack.map(({ route }) => route).filter(Boolean);
const paths = (route) => [route.path].flat();

const route = (router, method, path) => {
  const found = routes(router).find((each) => each.methods[method] && paths(each).includes(path));
  if (!found) throw new Error(`no route ${method} ${path}`);
  return found;
};

const askFirst = (asked, handler) => {
  for (const method of Object.keys(asked.methods)) {
    asked[method === '_all' ? 'all' : method](handler);
    asked.stack.unshift(asked.stack.pop());
  }
};

module.exports = { askFirst, paths, route, routes };
