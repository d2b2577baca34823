import type { IncomingHttpHeaders } from 'node:http';
import { ServiceError } from './put-events.ts';

const CREDENTIAL_SCOPE =
  /^AWS4-HMAC-SHA256 .*Credential=[^/,\s]+\/\d{8}\/(?<region>[^/]+)\/(?<service>[^/]+)\/(?<terminator>[^/,\s]+)/;

/** Checks the AWS JSON 1.1 and SigV4 headers of a request; the signature itself is not verified. */
export function checkHeaders(headers: IncomingHttpHeaders, region: string): void {
  if (headers['x-amz-target'] !== 'AWSEvents.PutEvents') {
    throw new ServiceError('UnknownOperationException', `Only PutEvents is offered here.`);
  }
  if (headers.authorization === undefined) {
    throw new ServiceError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  const scope = CREDENTIAL_SCOPE.exec(headers.authorization)?.groups ?? {};
  const wrong = [
    scope.region !== region && `Credential should be scoped to a valid region: '${region}'.`,
    scope.service !== 'events' && "Credential should be scoped to correct service: 'events'.",
    scope.terminator !== 'aws4_request' &&
      "Credential should be scoped with a valid terminator: 'aws4_request'.",
  ].filter((reason) => reason !== false);
  if (wrong.length > 0) throw new ServiceError('InvalidSignatureException', wrong.join(' '));
}
