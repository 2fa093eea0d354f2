// As much of Express 4's Router as the patches look at, and what takes a request through a route's handlers.
'use strict';

exports.Router = () => {
  const stack = [];
  const router = { stack };
  for (const method of ['all', 'delete', 'get', 'options', 'patch', 'post', 'put'])
    router[method] = (path, ...handlers) => {
      const route = { path, methods: {}, stack: [] };
      for (const each of ['all', 'delete', 'get', 'options', 'patch', 'post', 'put'])
        route[each] = (handle) => {
          route.methods[each === 'all' ? '_all' : each] = true;
          route.stack.push({ handle });
        };
      for (const handle of handlers) route[method](handle);
      stack.push({ route });
    };
  return router;
};

// Gives the status and what was said; a request that no handler answers got through to the end.
exports.asked = (router, method, path, request) =>
  new Promise((resolve, reject) => {
    const { route } = router.stack.find(({ route: each }) => each?.methods[method] && [each.path].flat().includes(path));
    const handlers = route.stack.map(({ handle }) => handle);
    const response = {
      statusCode: 200,
      status(code) {
        this.statusCode = code;
        return this;
      },
      json(said) {
        resolve([this.statusCode, said]);
        return this;
      },
      send(said) {
        return this.json(said);
      },
    };
    const next = (error) => {
      if (error) return reject(error);
      const handle = handlers.shift();
      return handle ? handle(request, response, next) : resolve([response.statusCode, 'through']);
    };
    next();
  });
