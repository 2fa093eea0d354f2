// CloudFront Function, on each request for a file of the front end at "/": runtime cloudfront-js-2.0.
// Those for the service have behaviors of their own and never come here, so its 404 stays a 404. A custom error response
// would make this file of that as well: it is the distribution's, whichever behavior the error came by.
function handler(event) {
  const request = event.request;
  const last = request.uri.slice(request.uri.lastIndexOf('/') + 1);
  // a page of a single-page application is no file; a file that is missing stays missing
  if (!last.includes('.')) request.uri = '/index.html';
  return request;
}
