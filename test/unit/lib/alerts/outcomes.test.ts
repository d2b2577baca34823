import { expect, it } from 'vitest';
import { Outcomes } from '../../../../lib/alerts/outcomes.ts';

it('is done with a message that nobody wants again', () => {
  expect(new Outcomes().of('message1')).toEqual({ kind: 'done' });
});

it.each([
  [[5_000], 5_000],
  [[300_000, 2_000], 2_000],
  [[0, 2_000], 0],
])('lets a message come again when the first of them wants it: %j', (wishes, afterMs) => {
  const outcomes = new Outcomes();
  for (const wish of wishes) outcomes.again('message1', wish);
  expect(outcomes.of('message1')).toEqual({ kind: 'again', afterMs });
  expect(outcomes.of('message2')).toEqual({ kind: 'done' });
});
