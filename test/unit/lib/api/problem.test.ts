import { expect, it } from 'vitest';
import { BadParametersError } from '../../../../lib/api/parameters.ts';
import { isFault, ProblemError, problemAnswer } from '../../../../lib/api/problem.ts';
import { ConfigurationError, OtaWatchError } from '../../../../lib/errors.ts';

/** As the SDK throws them, also where no answer came. */
const ofAws = Object.assign(new Error('connect ECONNREFUSED'), { $metadata: { attempts: 3 } });
const PARAMETERS = [{ name: 'limit', in: 'query', message: 'is wrong' }] as const;
const ended = { title: 'The tables cannot be read for now', status: 503 };
const failed = { title: 'Something went wrong', status: 500 };

it.each([
  [
    new BadParametersError(PARAMETERS),
    'bad-parameters',
    { title: 'A parameter is wrong', status: 400, parameters: PARAMETERS },
  ],
  [
    new ProblemError('forbidden', 'Not you'),
    'forbidden',
    { title: 'The role is missing', status: 403, detail: 'Not you' },
  ],
  [
    new ProblemError('not-found', 'Not here'),
    'not-found',
    { title: 'Nothing is known of it', status: 404, detail: 'Not here' },
  ],
  [new ProblemError('unavailable', 'Not now'), 'unavailable', { ...ended, detail: 'Not now' }],
  [ofAws, 'unavailable', ended],
  [new OtaWatchError('Table x does not exist', { cause: ofAws }), 'unavailable', ended],
  [new ConfigurationError('CURSOR_KEY: wrong'), 'internal', failed],
  [new TypeError('x is not a function'), 'internal', failed],
  ['thrown', 'internal', failed],
])('%s is %s', (error, kind, expected) => {
  const { statusCode, headers, body } = problemAnswer(error, 'r1');
  expect(JSON.parse(body ?? '')).toEqual({
    type: `urn:ota-watch:problem:${kind}`,
    ...expected,
    requestId: 'r1',
  });
  expect({ statusCode, headers }).toEqual({
    statusCode: expected.status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(expected.status === 503 && { 'retry-after': '5' }),
    },
  });
  expect(isFault(error)).toBe(expected.status >= 500);
});
