import { expect, it } from 'vitest';
import { render } from '../../../local/terminal/line.ts';
import { Rollouts, rolloutLines, rolloutsInShort } from '../../../local/terminal/rollouts.ts';
import { counts } from '../../support/builders.ts';

const sighting = (taskId: string, status: string, partial: Parameters<typeof counts>[0]) => ({
  taskId,
  status,
  counts: counts(partial),
});

const SOME = [
  sighting('scheduled', 'SCHEDULED', { queued: 40 }),
  {
    ...sighting('task1', 'IN_PROGRESS', { queued: 20, inProgress: 10, succeeded: 25, failed: 5 }),
    description: 'spring-thermostats',
  },
  sighting('over', 'COMPLETED', { succeeded: 3 }),
  sighting('aborted', 'CANCELED', { succeeded: 1, failed: 2, rejected: 3, timedOut: 4, canceled: 14 }),
  sighting('empty', 'A_NEW_STATUS_OF_A_LATER_DAY', {}),
];

it('shows each rollout with a bar', () => {
  expect(rolloutLines(SOME).map((line) => render(line, (_, text) => text))).toEqual([
    'scheduled             ░░░░░░░░░░░░░░░░░░░░░░░░   0 %  SCHEDULED             0 of 40 · none',
    'spring-thermostats    ████████████▒▒▒▒░░░░░░░░  50 %  IN_PROGRESS           30 of 60 · 25 succeeded, 5 failed',
    'over                  ████████████████████████ 100 %  COMPLETED             3 of 3 · 3 succeeded',
    'aborted               ████████████████████████ 100 %  CANCELED              24 of 24 · 1 succeeded, 2 failed, 3 rejected, 4 timed out, 14 canceled',
    'empty                 ░░░░░░░░░░░░░░░░░░░░░░░░   0 %  A_NEW_STATUS_OF_A_L…  0 of 0 · none',
  ]);
});

it('colours the bar by how things ended', () => {
  const [line = []] = rolloutLines(SOME.slice(1, 2));
  expect(line.slice(2, 6)).toEqual([
    { style: 'green', text: '██████████' },
    { style: 'red', text: '██' },
    '▒▒▒▒',
    { style: 'dim', text: '░░░░░░░░' },
  ]);
});

it('shows all in one line', () => {
  expect(rolloutsInShort(SOME)).toBe(
    'scheduled SCHEDULED, spring-thermostats 50 %, over COMPLETED, aborted CANCELED, empty A_NEW_STATUS_OF_A_LATER_DAY',
  );
});

it('knows each rollout as it was last seen, in the order of first sight', () => {
  const rollouts = new Rollouts();
  const [a, b] = [sighting('a', 'SCHEDULED', {}), sighting('b', 'IN_PROGRESS', {})];
  const later = sighting('a', 'DELETED', {});
  for (const seen of [a, b, later]) rollouts.see(seen);
  expect(rollouts.all).toEqual([later, b]);
  expect(rollouts.get('a')).toBe(later);
});
