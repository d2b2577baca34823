import { createHash } from 'node:crypto';
import type { Answer } from './problem.ts';

/**
 * An answer with the tag of its body; without the body where the caller has it already (`304`).
 *
 * The tag is a weak one, since a body has the same tag with and without compression (RFC 9110, 8.8.3).
 *
 * @param ifNoneMatch the header of the request
 */
export function withEtag(answer: Answer, ifNoneMatch: string | undefined): Answer {
  const { statusCode, headers, body = '' } = answer;
  if (statusCode !== 200) return answer;
  const tag = `"${createHash('sha256').update(body).digest('base64url')}"`;
  const etag = `W/${tag}`;
  if (!matches(ifNoneMatch, tag)) return { ...answer, headers: { ...headers, etag } };
  const { 'content-type': _, ...others } = headers;
  return { statusCode: 304, headers: { ...others, etag } };
}

/** Weak comparison, as RFC 9110 asks for this header. */
function matches(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch
    .split(',')
    .some((given) => given.trim() === '*' || given.trim().replace(/^W\//, '') === tag);
}
