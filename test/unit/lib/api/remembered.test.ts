import { expect, it } from 'vitest';
import { remembered } from '../../../../lib/api/remembered.ts';

it('keeps each answer as long as it counts, and only so many', async () => {
  let now = 0;
  const asked: string[] = [];
  const load = async (key: string) => {
    asked.push(key);
    return key.length;
  };
  const ask = remembered(load, { now: () => now, keepMs: (length) => length * 10, maxKeys: 2 });

  expect(await ask('a')).toBe(1);
  expect(await ask('bbb')).toBe(3);
  now = 10;
  await ask('a');
  await ask('bbb');
  expect(asked).toEqual(['a', 'bbb', 'a']);
  await ask('cc');
  await ask('a');
  await ask('bbb');
  expect(asked).toEqual(['a', 'bbb', 'a', 'cc', 'bbb']);
});

it('what fails late does not take away what was asked for since', async () => {
  let now = 0;
  const answers = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  let asked = 0;
  const load = async () => (await answers[asked++]?.promise) ?? '';
  const ask = remembered(load, { now: () => now, keepMs: () => 100, maxKeys: 1 });

  const first = ask('a');
  const other = ask('b');
  answers[1]?.resolve('b');
  await other;
  answers[0]?.reject(new Error('late'));
  await expect(first).rejects.toThrow('late');
  now = 50;
  expect(await ask('b')).toBe('b');
  expect(asked).toBe(2);
});
