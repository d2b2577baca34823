import { expect, it } from 'vitest';
import { Canaries } from './canaries.ts';

const canaries = new Canaries('tag', 'token');

it.each<[where: string, content: unknown]>([
  ['a text', `a ${canaries.of('tag')} b`],
  ['capitals', canaries.of('tag').toUpperCase()],
  ['a value', { a: [{ b: canaries.of('tag') }] }],
  ['a key', { a: { [canaries.of('tag')]: 1 } }],
  ['a map', new Map([[canaries.of('tag'), 1]])],
  ['a long list', [...Array(1_000).fill(''), canaries.of('tag')]],
  ['a long text', `${'x'.repeat(100_000)}${canaries.of('tag')}`],
  ['the text of an error', new Error(canaries.of('tag'))],
  ['the cause of a cause', new Error('a', { cause: new Error('b', { cause: { c: canaries.of('tag') } }) })],
  ['a member of an error', Object.assign(new Error('a'), { $response: { body: canaries.of('tag') } })],
  ...[0, 1, 2].map((offset): [string, unknown] => [
    `Base64, ${offset} bytes in`,
    Buffer.from(`${'-'.repeat(offset)}${canaries.of('tag')}, and so on`).toString('base64'),
  ]),
])('a canary in %s is seen', (_, content) => {
  expect(canaries.seenIn({ here: content, there: 'nothing' })).toEqual(['tag in here']);
});
