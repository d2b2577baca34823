import { expect, it } from 'vitest';
import { progressBar } from '../../../../lib/slack/bar.ts';
import { counts } from '../../../support/builders.ts';

it.each([
  [{ queued: 400 }, '░░░░░░░░░░░░░░░░░░░░'],
  [{ succeeded: 88, failed: 12, inProgress: 100, queued: 200 }, '████x░░░░░░░░░░░░░░░'],
  [{ succeeded: 100, failed: 100, rejected: 50, timedOut: 50, queued: 100 }, '█████xxxxxxxxxx░░░░░'],
  [{ succeeded: 9_998, failed: 1, canceled: 1 }, '██████████████████x-'],
  [{ succeeded: 9_999, queued: 1 }, '███████████████████░'],
  [{ succeeded: 5 }, '████████████████████'],
])('shows %j as %s', (states, bar) => {
  expect(progressBar(counts(states))).toBe(bar);
});
