import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entryBytes, MAX_REQUEST_BYTES, parseRequest, readEntry } from '../../../../local/bus/put-events.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const entry = { Source: 'ota-watch', DetailType: 'Test', Detail: '{"a":1}' };
const body = (...Entries: unknown[]) => JSON.stringify({ Entries });

describe('the size of an entry', () => {
  it.each([
    [{}, 0],
    [{ Source: 'abc', DetailType: 'de', Detail: '{}' }, 7],
    [{ Source: 'äö', DetailType: '🦊' }, 8],
    [{ Time: 1, Resources: ['ab', 'ü'] }, 18],
    [{ EventBusName: 'not counted' }, 0],
  ])('%j is %d bytes', (some, bytes) => {
    expect(entryBytes(some)).toBe(bytes);
  });

  it('is that of its texts in UTF-8, and 14 for a time', () => {
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(text, text, text, fc.array(text), (Source, DetailType, Detail, Resources) => {
        const texts = [Source, DetailType, Detail, ...Resources].join('');
        const bytes = new TextEncoder().encode(texts).length;
        expect(entryBytes({ Source, DetailType, Detail, Resources, Time: 0 })).toBe(bytes + 14);
      }),
    );
  });
});

describe('a request', () => {
  const filler = (bytes: number) => ({
    ...entry,
    Detail: 'x'.repeat(bytes - 'ota-watch'.length - 'Test'.length),
  });

  it('has its entries read', () => {
    expect(parseRequest(body(entry, { ...entry, Time: 1.5, TraceHeader: 'x' }))).toEqual([
      entry,
      { ...entry, Time: 1.5 },
    ]);
  });

  it('has up to 10 entries of 262,144 bytes in all', () => {
    expect(parseRequest(body(...Array<unknown>(10).fill(entry)))).toHaveLength(10);
    expect(parseRequest(body(filler(MAX_REQUEST_BYTES - 1000), filler(1000)))).toHaveLength(2);
  });

  it.each([
    ['not json', 'SerializationException', 'expected object'],
    ['{"Entries":[{"Detail":{}}]}', 'SerializationException', 'Entries[0].Detail'],
    [
      '{}',
      'ValidationException',
      "Value null at 'entries' failed to satisfy constraint: Member must not be null",
    ],
    [
      body(),
      'ValidationException',
      "Value '[]' at 'entries' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
    [
      body(...Array<unknown>(11).fill(entry)),
      'ValidationException',
      "at 'entries' failed to satisfy constraint: Member must have length less than or equal to 10",
    ],
    [
      body(filler(MAX_REQUEST_BYTES - 1000), filler(1001)),
      'ValidationException',
      'Total size of the entries in the request is over the limit.',
    ],
  ])('%.40s is refused: %s', (text, code, message) => {
    expect(() => parseRequest(text)).toThrow(
      expect.objectContaining({ code, status: 400, message: expect.stringContaining(message) }),
    );
  });
});

describe('an entry', () => {
  it('becomes an event with the time of the request where it has none', () => {
    expect(readEntry(entry, NOW)).toEqual({
      source: 'ota-watch',
      detailType: 'Test',
      resources: [],
      time: '2026-01-02T03:04:05Z',
      detail: { a: 1 },
      busName: 'default',
    });
  });

  it('keeps its own time in seconds, its resources, and its bus by name or ARN', () => {
    const EventBusName = 'arn:aws:events:eu-west-1:123456789012:event-bus/ota-watch-dev-bus';
    expect(readEntry({ ...entry, Time: 1767323045.999, Resources: ['arn:a'], EventBusName }, 0)).toEqual({
      source: 'ota-watch',
      detailType: 'Test',
      resources: ['arn:a'],
      time: '2026-01-02T03:04:05Z',
      detail: { a: 1 },
      busName: 'ota-watch-dev-bus',
    });
  });

  const required = (name: string) => ({
    ErrorCode: 'InvalidArgument',
    ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
  });
  const malformed = { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };

  it.each([
    [{ DetailType: 'Test', Detail: '{}' }, required('Source')],
    [{ Source: 'a', Detail: '{}' }, required('DetailType')],
    [{ Source: 'a', DetailType: 'Test' }, required('Detail')],
    [{ Source: '', DetailType: 'Test', Detail: '{}' }, required('Source')],
    [{ ...entry, Detail: 'text' }, malformed],
    [{ ...entry, Detail: '"text"' }, malformed],
    [{ ...entry, Detail: '[1]' }, malformed],
    [{ ...entry, Detail: 'null' }, malformed],
    [{ ...entry, Detail: '{"a":}' }, malformed],
    [
      { ...entry, Source: 'aws.ec2' },
      { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' },
    ],
  ])('%j is refused', (some, failure) => {
    expect(readEntry(some, NOW)).toEqual(failure);
  });
});
