// Answers paths on a port; each gives `{ type, text }` or nothing, which is `ok`, or fails, which is status 503.
'use strict';
const http = require('http');

module.exports = (port, routes) => {
  const server = http.createServer((request, response) => {
    const route = routes[request.url];
    if (!route) return response.writeHead(404).end();
    return route().then(
      ({ type, text } = { type: 'text/plain', text: 'ok\n' }) => response.writeHead(200, { 'content-type': type }).end(text),
      (error) => response.writeHead(503).end(`${error.message}\n`),
    );
  });
  return server.listen(Number(port));
};
