// CloudFront Function, on the way back to the viewer: runtime cloudfront-js-2.0.
// SETTINGS is written behind it: {"keptSeconds": 31536000}.
function handler(event) {
  const headers = event.response.headers;
  const type = headers['content-type'] ? headers['content-type'].value : '';
  // an application may answer 200 with its page for an asset that it does not have, as during a rollout
  const page = type.startsWith('text/html');
  headers['cache-control'] = { value: page ? 'no-store' : `public, max-age=${SETTINGS.keptSeconds}, immutable` };
  return event.response;
}
