import { EventBridgeServiceException } from '@aws-sdk/client-eventbridge';
import {
  AccessDeniedException,
  ResourceNotFoundException,
  ThrottlingException,
  ValidationException,
} from '@aws-sdk/client-iot-managed-integrations';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readConfig } from '../../../lib/config.ts';
import {
  ConfigurationError,
  describeError,
  HistoryConflictError,
  OtaWatchError,
  summarizeError,
  UnreadableAnswerError,
  UnreadableItemError,
} from '../../../lib/errors.ts';

const CANARY = 'CANARY-5f1c';
const $metadata = { httpStatusCode: 400, requestId: 'request-1' };

describe('our own errors', () => {
  it.each([
    [new OtaWatchError('m'), 'OtaWatchError'],
    [new ConfigurationError('m'), 'ConfigurationError'],
    [new UnreadableAnswerError('m'), 'UnreadableAnswerError'],
    [new UnreadableItemError('m'), 'UnreadableItemError'],
  ])('%o say what is wrong', (error, name) => {
    expect(error).toBeInstanceOf(OtaWatchError);
    expect(summarizeError(error)).toEqual({ name, message: 'm' });
  });

  it('name the place in a history that is taken', () => {
    const error = new HistoryConflictError('task1', 7, { cause: new TypeError(CANARY) });
    expect(error).toMatchObject({ taskId: 'task1', sequence: 7 });
    expect(summarizeError(error)).toEqual({
      name: 'HistoryConflictError',
      message: 'The history of task task1 already has another row 7',
      cause: { name: 'TypeError' },
    });
  });
});

describe('describeError', () => {
  it.each([
    ['our own text', new OtaWatchError('m'), 'm'],
    ['a text that quotes nothing', new Error('Region is missing'), 'Region is missing'],
    ['a name and a code', Object.assign(new Error(CANARY), { code: 'ECONNREFUSED' }), 'Error (ECONNREFUSED)'],
    ['a code that is its name', Object.assign(new Error(CANARY), { name: 'A', code: 'A' }), 'A'],
    ['a name', new TypeError(CANARY), 'TypeError'],
  ])('tells %s', (_, error, text) => {
    expect(describeError(error)).toBe(text);
  });
});

describe('summarizeError', () => {
  it('tells of a text no more than its beginning, and no request id that is none', () => {
    const error = Object.assign(new OtaWatchError('m'.repeat(100_000)), {
      $metadata: { httpStatusCode: 500, requestId: `${CANARY} `.repeat(1_000) },
    });
    expect(summarizeError(error)).toEqual({
      name: 'OtaWatchError',
      message: 'm'.repeat(1_000),
      statusCode: 500,
    });
  });

  it.each([
    ['text', CANARY, { name: 'string' }],
    ['nothing', undefined, { name: 'undefined' }],
    ['an object', { message: CANARY }, { name: 'object' }],
  ])('tells no more of %s than its type', (_, thrown, summary) => {
    expect(summarizeError(thrown)).toEqual(summary);
  });

  it('keeps the code of the operating system', () => {
    const error = Object.assign(new Error(`connect ECONNREFUSED ${CANARY}`), {
      code: 'ECONNREFUSED',
      port: CANARY,
    });
    expect(summarizeError(error)).toEqual({ name: 'Error', code: 'ECONNREFUSED' });
  });

  it.each([
    new AccessDeniedException({ message: 'User x is not authorized', $metadata }),
    new ResourceNotFoundException({ message: 'No such thing', $metadata }),
    new ThrottlingException({ message: 'Rate exceeded', $metadata }),
  ])('keeps the plain words of $name', (error) => {
    const { name, message } = error;
    expect(summarizeError(error)).toEqual({ name, message, statusCode: 400, requestId: 'request-1' });
  });

  it.each([
    ['a validation', new ValidationException({ message: CANARY, $metadata }), 'ValidationException'],
    [
      'any other error of a service',
      new EventBridgeServiceException({
        name: 'InternalException',
        $fault: 'server',
        message: CANARY,
        $metadata,
      }),
      'InternalException',
    ],
  ])('leaves out the words of %s', (_, error, name) => {
    const full = Object.assign(error, {
      $response: { body: CANARY, headers: { authorization: CANARY } },
      $responseBodyText: CANARY,
      input: { Tags: { CANARY } },
    });
    expect(summarizeError(full)).toEqual({ name, statusCode: 400, requestId: 'request-1' });
  });

  it.each([
    ['a JSON parser', () => JSON.parse(`{"Tags": ${CANARY}`), 'SyntaxError'],
    ['a validation', () => z.literal('a').parse(CANARY), 'ZodError'],
    ['a URL parser', () => new URL(CANARY), 'TypeError'],
  ])('leaves out what %s quotes, also as a cause', (_, run, name) => {
    const thrown = errorOf(run);
    expect(summarizeError(thrown)).toMatchObject({ name });
    const chained = new UnreadableAnswerError('An answer', { cause: new Error(CANARY, { cause: thrown }) });
    expect(summarizeError(chained)).toMatchObject({
      name: 'UnreadableAnswerError',
      message: 'An answer',
      cause: { name: 'Error', cause: { name } },
    });
    expect(JSON.stringify([summarizeError(thrown), summarizeError(chained)])).not.toContain(CANARY);
  });

  it('leaves out the causes and members of many errors at once', () => {
    const error = new AggregateError([new Error(CANARY)], CANARY, { cause: CANARY });
    expect(summarizeError(error)).toEqual({ name: 'AggregateError', cause: { name: 'string' } });
  });

  it('names the variable of a wrong configuration, not its value', () => {
    const thrown = errorOf(() => readConfig({ DISCOVERY: CANARY }));
    expect(summarizeError(thrown)).toEqual({
      name: 'ConfigurationError',
      message: 'Wrong environment variables: DISCOVERY: expected one of all, tagged, none',
      cause: { name: 'Error' },
    });
  });

  it('ends where an error is its own cause', () => {
    const error = new Error('loop');
    error.cause = error;
    expect(summarizeError(error)).toMatchObject({ name: 'Error' });
  });
});

function errorOf(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}
