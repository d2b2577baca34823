import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { type DemoDashboard, startDemoDashboard } from '../../../local/demo/dashboard.ts';
import { type HistoryRow, readHistory } from '../../../local/demo/history.ts';
import { ROLLOUTS } from '../../../local/demo/rollouts.ts';
import { SteppedClock } from '../../../local/demo/stepped-clock.ts';
import { Story } from '../../../local/demo/story.ts';
import { type Stack, startStack } from '../../../local/stack/stack.ts';
import { MINUTE } from '../../support/builders.ts';
import { launchChromium } from '../visitor.ts';
import { type Visit, type VisitOptions, visitDashboard } from './visit.ts';

const PROJECT = path.resolve(import.meta.dirname, '../../..');
/** Packaging takes seconds, and a minute on a machine that is busy with other things. */
const START_MS = 180_000;

/** The service as `npm start` runs it, and its dashboard in a browser. */
export interface LiveStage {
  stack(): Stack;
  dashboard(): DemoDashboard;
  /** Lets the rollouts go on to a minute, with a poll after each; nothing where they have come further already. */
  playTo(minute: number): Promise<void>;
  /** What is in the history table, oldest first. */
  rows(): Promise<readonly HistoryRow[]>;
  /** Opens a page of the dashboard, not signed in. */
  open(at: string, options?: VisitOptions): Promise<Page>;
}

/** One stack for all tests of the file. After each, nothing may have gone wrong on its pages. */
export function setLiveStage(): LiveStage {
  let browser: Browser;
  let dashboard: DemoDashboard;
  let stack: Stack;
  let story: Story;
  let visits: Visit[];

  const clock = new SteppedClock(Math.ceil(Date.now() / MINUTE) * MINUTE);
  const ending = new AbortController();
  const closers: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    browser = await launchChromium();
    closers.unshift(() => browser.close());
    dashboard = await startDemoDashboard(PROJECT, ending.signal);
    closers.unshift(dashboard.close);
    stack = await startStack({
      project: PROJECT,
      simulator: { seed: 1, now: clock.now },
      api: dashboard.api,
      signal: ending.signal,
    });
    closers.unshift(stack.close);
    await dashboard.show(stack.running.api);
    story = new Story(ROLLOUTS, stack.simulator.account, clock);
  }, START_MS);
  afterAll(async () => {
    ending.abort();
    for (const close of closers) await close();
  });
  beforeEach(() => {
    visits = [];
  });
  afterEach(async () => {
    const complaints = visits.flatMap((visit) => visit.complaints);
    await Promise.all(visits.map(({ page }) => page.context().close()));
    expect(complaints).toEqual([]);
  });

  return {
    stack: () => stack,
    dashboard: () => dashboard,
    playTo: async (minute) => {
      while (story.minute < minute) {
        story.nextMinute();
        await stack.invokePoll();
      }
    },
    rows: async () => (await readHistory(stack.dynamodb, stack.running.tables.history)).sort(byTime),
    open: async (at, options) => {
      const visit = await visitDashboard(browser, dashboard.url + at, { time: 'real', ...options });
      visits.push(visit);
      return visit.page;
    },
  };
}

/** The order of `/history` and `/export`. */
function byTime(one: HistoryRow, other: HistoryRow): number {
  const [a, b] = [one, other].map(({ observedAt, taskId }) => `${observedAt} ${taskId}`);
  if (a === undefined || b === undefined || a === b) return one.sequence - other.sequence;
  return a < b ? -1 : 1;
}
