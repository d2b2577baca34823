import {
  AccessDeniedException,
  GetOtaTaskCommand,
  InternalServerException,
  IoTManagedIntegrationsServiceException,
  ListOtaTasksCommand,
  ResourceNotFoundException,
  ThrottlingException,
  ValidationException,
} from '@aws-sdk/client-iot-managed-integrations';
import { describe, expect, it } from 'vitest';
import { answer, rejection, talk, useCleanEnvironment } from './harness.ts';

useCleanEnvironment();

const NAMESPACE = 'com.amazonaws.iotmanagedintegrations';

const EXCEPTIONS = [
  { type: AccessDeniedException, name: 'AccessDeniedException', status: 403, $fault: 'client' },
  { type: InternalServerException, name: 'InternalServerException', status: 500, $fault: 'server' },
  { type: ResourceNotFoundException, name: 'ResourceNotFoundException', status: 404, $fault: 'client' },
  { type: ThrottlingException, name: 'ThrottlingException', status: 429, $fault: 'client' },
  { type: ValidationException, name: 'ValidationException', status: 400, $fault: 'client' },
] as const;

const SPELLINGS: [string, (name: string) => { headers?: Record<string, string>; body?: object }][] = [
  ['header', (name) => ({ headers: { 'x-amzn-errortype': name } })],
  ['header with a URL', (name) => ({ headers: { 'X-Amzn-ErrorType': `${name}:http://internal.example/` } })],
  [
    'header with a namespace',
    (name) => ({ headers: { 'x-amzn-errortype': `${NAMESPACE}#${name}:http://x/` } }),
  ],
  ['__type', (name) => ({ body: { __type: name } })],
  ['__type with a namespace', (name) => ({ body: { __type: `${NAMESPACE}#${name}` } })],
  ['code', (name) => ({ body: { code: name } })],
];

describe.each(EXCEPTIONS)('$name', ({ type, name, status, $fault }) => {
  it.each(SPELLINGS)('is known by its %s', async (_, spell) => {
    const { headers, body } = spell(name);
    const { client } = await talk(
      answer(status, { Message: 'what went wrong', ...body }, { 'x-amzn-requestid': 'request1', ...headers }),
    );
    const error = await rejection(client.send(new GetOtaTaskCommand({ Identifier: 'task1' })));
    expect(error).toBeInstanceOf(type);
    expect(error).toBeInstanceOf(IoTManagedIntegrationsServiceException);
    expect(error.message).toBe('what went wrong');
    expect(error).toMatchObject({
      name,
      $fault,
      $metadata: { httpStatusCode: status, requestId: 'request1' },
    });
  });

  it('is no other exception', async () => {
    const { client } = await talk(answer(status, '', { 'x-amzn-errortype': name }));
    const error = await rejection(client.send(new ListOtaTasksCommand()));
    const kinds = EXCEPTIONS.filter((exception) => error instanceof exception.type);
    expect(kinds.map((kind) => kind.name)).toEqual([name]);
  });
});

describe('ResourceNotFoundException', () => {
  const resource = { ResourceId: 'task1', ResourceType: 'OtaTask' };

  it('says which resource was not found', async () => {
    const { client } = await talk(
      answer(404, { Message: 'gone', ...resource }, { 'x-amzn-errortype': 'ResourceNotFoundException' }),
    );
    const error = await rejection(client.send(new GetOtaTaskCommand({ Identifier: 'task1' })));
    expect(error).toMatchObject({ message: 'gone', ...resource });
  });

  it('can be made by hand', () => {
    const error = new ResourceNotFoundException({ message: 'gone', $metadata: {}, ...resource });
    expect(error).toBeInstanceOf(IoTManagedIntegrationsServiceException);
    expect(error).toMatchObject({ message: 'gone', $fault: 'client', ...resource });
  });
});

describe('errors that the model does not know', () => {
  it.each([
    [
      'named',
      answer(409, { message: 'busy' }, { 'x-amzn-errortype': 'ConflictException' }),
      { name: 'ConflictException', message: 'busy', $fault: 'client', $metadata: { httpStatusCode: 409 } },
    ],
    [
      'of another namespace',
      answer(400, { __type: 'com.amazon.coral.service#UnrecognizedClientException', message: 'who?' }),
      { name: 'UnrecognizedClientException', message: 'who?', $metadata: { httpStatusCode: 400 } },
    ],
    [
      'nameless',
      answer(403, {}),
      { name: 'Unknown', message: 'UnknownError', $fault: 'client', $metadata: { httpStatusCode: 403 } },
    ],
    [
      'without a body',
      answer(501),
      { name: 'Unknown', message: 'UnknownError', $fault: 'server', $metadata: { httpStatusCode: 501 } },
    ],
    [
      'a redirection',
      answer(302, '', { location: '/elsewhere' }),
      { name: 'Unknown', message: 'UnknownError', $metadata: { httpStatusCode: 302 } },
    ],
  ])('%s', async (_, given, expected) => {
    const { client } = await talk(given);
    const error = await rejection(client.send(new ListOtaTasksCommand()));
    expect(error).toBeInstanceOf(IoTManagedIntegrationsServiceException);
    expect(error).toMatchObject(expected);
  });
});

describe('what an error holds of the body', () => {
  it('the message alone in its text, but every member of the body as a property', async () => {
    const { client } = await talk(
      answer(
        400,
        { Message: 'bad input', Tags: { owner: 'hunter2' } },
        { 'x-amzn-errortype': 'ValidationException' },
      ),
    );
    const error = await rejection(client.send(new GetOtaTaskCommand({ Identifier: 'task1' })));
    expect(String(error)).toBe('ValidationException: bad input');
    expect(error.stack).not.toContain('hunter2');
    expect(error).toMatchObject({ Tags: { owner: 'hunter2' } });
  });
});
