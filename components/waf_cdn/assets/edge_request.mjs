// CloudFront Function, on each request that the firewall let in: runtime cloudfront-js-2.0.
// SETTINGS is written behind it: {"keyPaths": [...], "site": "/path" or "", "refusesMarkup": true or false}.
import cf from 'cloudfront';
import crypto from 'crypto';

function refused(status, text, message) {
  return {
    statusCode: status,
    statusDescription: text,
    headers: { 'content-type': { value: 'application/json' }, 'cache-control': { value: 'no-store' } },
    body: { encoding: 'text', data: JSON.stringify({ error: message }) },
  };
}

// a server may take upper case for lower, and whoever comes may write a path as they like
function plain(uri) {
  let text = uri;
  try {
    text = decodeURIComponent(uri);
  } catch (error) {
    // not well-formed: compared as it is
  }
  const kept = [];
  for (const part of text.toLowerCase().split('/')) {
    if (part === '..') kept.pop();
    else if (part !== '' && part !== '.') kept.push(part);
  }
  return '/' + kept.join('/') + '/';
}

// for an application that takes tags out of a path, and resolves entities, before it looks for the route: with one in a
// word, a path would begin with none of keyPaths here, and arrive there all the same
const MARKUP = /[<>&]|%(3c|3e|26)/i;

async function known(key) {
  const digest = crypto.createHash('sha256').update(key).digest('hex');
  try {
    await cf.kvs().get(digest);
    return true;
  } catch (error) {
    return false;
  }
}

async function handler(event) {
  const request = event.request;
  if (SETTINGS.refusesMarkup && MARKUP.test(request.uri)) return refused(403, 'Forbidden', 'no path here has markup');
  const path = plain(request.uri);
  // the id that the viewer gets as x-amz-cf-id, the firewall's and the access log as request id; the balancer keeps
  // what it does not know of a trace id, and logs it
  request.headers['x-request-id'] = { value: event.context.requestId };
  request.headers['x-amzn-trace-id'] = { value: 'Edge=' + event.context.requestId };

  const given = request.headers['x-api-key'];
  delete request.headers['x-api-key'];
  // a browser asks without a key whether it may ask with one
  if (request.method !== 'OPTIONS' && SETTINGS.keyPaths.some((prefix) => path.startsWith(prefix))) {
    if (!given || !(await known(given.value))) return refused(401, 'Unauthorized', 'x-api-key is missing or unknown');
  }

  if (SETTINGS.site && path.startsWith(SETTINGS.site + '/')) {
    const last = request.uri.slice(request.uri.lastIndexOf('/') + 1);
    // a page of a single-page application is no file
    if (!last.includes('.')) request.uri = SETTINGS.site + '/index.html';
  }
  return request;
}
