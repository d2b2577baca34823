// A CloudFront Function (runtime 2.0), which takes it as it is: no imports, no exports.

// The API does not know that it is below /api, and the app knows what to show at an address that is no file.
// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it
function handler(event) {
  const request = event.request;
  if (request.uri.startsWith('/api/')) request.uri = request.uri.slice('/api'.length);
  else if (!/\.[^/]*$/.test(request.uri)) request.uri = '/index.html';
  return request;
}
