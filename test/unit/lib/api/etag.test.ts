import { describe, expect, it } from 'vitest';
import { withEtag } from '../../../../lib/api/etag.ts';

const ANSWER = { statusCode: 200, headers: { 'content-type': 'text/plain', other: 'x' }, body: 'hello' };
/** SHA-256 of the body. */
const TAG = '"LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ"';

describe('the tag of a body', () => {
  it.each([undefined, '', '"other"', 'LPJNul', '"a", W/"b"'])('is told where %j is known', (known) => {
    expect(withEtag(ANSWER, known)).toEqual({ ...ANSWER, headers: { ...ANSWER.headers, etag: `W/${TAG}` } });
  });

  it.each([TAG, `W/${TAG}`, `"other",${TAG}`, ` W/"other" , W/${TAG} `, '*'])(
    'is all that is told where %j is known',
    (known) => {
      expect(withEtag(ANSWER, known)).toEqual({
        statusCode: 304,
        headers: { other: 'x', etag: `W/${TAG}` },
      });
    },
  );

  it('is that of a success only', () => {
    const failed = { ...ANSWER, statusCode: 404 };
    expect(withEtag(failed, '*')).toBe(failed);
  });
});
