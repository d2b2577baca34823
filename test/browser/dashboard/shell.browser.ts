import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Locator, Page } from 'playwright-core';
import { describe, expect, inject, it } from 'vitest';
import { MINUTE, NOON } from '../../support/builders.ts';
import { problem } from './fake-api.ts';
import { FLEET } from './fleet.ts';
import { at, health, taskList } from './scene.ts';
import { eventually, setStage } from './stage.ts';
import { DARK, PHONE, seriousViolations } from './visit.ts';

const MAX_GZIPPED_BYTES = 100_000;
const POLL_MS = 4_000;
/** What Chromium itself tells of requests that fail. */
const FAILED_REQUESTS = /^Failed to load resource/;

const { api, open } = setStage((stageApi) => {
  stageApi.answer(
    'listTasks',
    taskList(() => FLEET),
  );
  stageApi.answer('getHealth', health());
});

const rows = (page: Page) => page.locator('tr.fleet-row');
const banners = (page: Page) =>
  page.locator('.banner p').evaluateAll((all) => all.map(({ textContent }) => textContent));

describe('before there is anything to show', () => {
  it('says that it is loading', async () => {
    let answer = () => {};
    const wait = new Promise<void>((resolve) => {
      answer = resolve;
    });
    api().answer('listTasks', async (request) => {
      await wait;
      return taskList(() => FLEET)(request);
    });
    const page = await open('/');
    await page.getByText('Loading the rollouts…').waitFor({ state: 'attached' });
    expect(await page.locator('.skeleton').isVisible()).toBe(true);
    expect(await seriousViolations(page)).toEqual([]);
    answer();
    await rows(page).first().waitFor();
    expect(await page.locator('.skeleton').count()).toBe(0);
  });

  it('says that there are no rollouts', async () => {
    api().answer(
      'listTasks',
      taskList(() => []),
    );
    const page = await open('/');
    await page.getByRole('heading', { name: 'No rollouts yet' }).waitFor();
    expect(await seriousViolations(page)).toEqual([]);
  });

  it('says that filters let nothing through, and clears them', async () => {
    const page = await open('/?q=nothing+like+it');
    await page.getByRole('heading', { name: 'No rollout matches' }).waitFor();
    await page.locator('.state').getByRole('button', { name: 'Clear filters' }).click();
    await eventually(() => rows(page).count()).toBe(FLEET.length);
  });

  it('has nothing serious against an error', async () => {
    api().answer('listTasks', () => problem(503, 'unavailable', 'The table cannot be read for now'));
    const page = await open('/', { ...DARK, mayComplain: FAILED_REQUESTS });
    await page.locator('.state-problem').waitFor();
    expect(await seriousViolations(page)).toEqual([]);
  });

  it.each([
    [
      'an error',
      problem(503, 'unavailable', 'The table cannot be read for now'),
      'The table cannot be read for now',
    ],
    ['a missing role', problem(403, 'forbidden', 'The role is missing'), 'The role is missing'],
    [
      'an answer of a gateway',
      { status: 503, contentType: 'application/problem+json', body: problem(503, 'x', 'Busy').body },
      'Busy',
    ],
  ])('tells of %s, and tries again', async (_, reply, message) => {
    api().answer('listTasks', () => reply);
    const page = await open('/', { mayComplain: FAILED_REQUESTS });
    const state = page.locator('.state-problem');
    await state.getByText(message).waitFor();
    expect(await state.getByText('Request request-1').count()).toBe(1);
    api().answer(
      'listTasks',
      taskList(() => FLEET),
    );
    await state.getByRole('button', { name: 'Try again' }).click();
    await eventually(() => rows(page).count()).toBe(FLEET.length);
  });
});

/** Lets time pass, on a clock that stands still, poll by poll: the answer before may not have come yet, and begins the wait. */
async function passTimeUntilShown(page: Page, what: Locator): Promise<void> {
  await eventually(async () => {
    await page.clock.runFor(POLL_MS);
    return what.count();
  }).toBe(1);
}

describe('when the API goes away', () => {
  it('keeps what there is, says how old it is, and goes on by itself', async () => {
    const page = await open('/', { mayComplain: FAILED_REQUESTS });
    await rows(page).first().waitFor();
    await page.clock.pauseAt(NOON + MINUTE);
    api().goAway(true);
    const stale = page.locator('.banner-warning');
    await passTimeUntilShown(page, stale);
    // The refresh that the pause brings about may have been answered before the API went, or not.
    expect(await stale.innerText()).toMatch(
      /^The API cannot be reached\..* What is shown is of 2026-11-22 12:0\d:\d\d UTC \(\d+ (s|min) ago\)\./,
    );
    expect(await stale.getByRole('status').innerText()).not.toContain('ago');
    expect(await rows(page).count()).toBe(FLEET.length);
    await page.clock.resume();
    expect(await seriousViolations(page)).toEqual([]);
    api().goAway(false);
    await page.clock.runFor(2 * POLL_MS);
    await stale.waitFor({ state: 'detached' });
    await eventually(() => page.locator('.poller').innerText()).toMatch(/^Polling/);
  });

  it('shows no rows that are not what is asked for', async () => {
    const page = await open('/', { mayComplain: FAILED_REQUESTS });
    await rows(page).first().waitFor();
    api().goAway(true);
    await page.getByRole('radio', { name: 'Ended' }).check();
    await page.locator('.state-problem').waitFor();
    expect(await rows(page).count()).toBe(0);
  });

  it('asks at once when the network is back', async () => {
    const page = await open('/', { mayComplain: FAILED_REQUESTS });
    await rows(page).first().waitFor();
    await page.clock.pauseAt(NOON + MINUTE);
    await page.context().setOffline(true);
    const stale = page.locator('.banner-warning');
    await passTimeUntilShown(page, stale);
    await page.context().setOffline(false);
    await stale.waitFor({ state: 'detached' });
  });

  it('asks to sign in where the token counts no more', async () => {
    const page = await open('/', { mayComplain: FAILED_REQUESTS });
    await rows(page).first().waitFor();
    api().refuseTokens();
    await page.clock.runFor(POLL_MS);
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(await rows(page).count()).toBe(0);
  });
});

describe('the poller', () => {
  it('is seen to poll', async () => {
    const page = await open('/');
    await page.locator('.poller').waitFor();
    await page.clock.pauseAt(NOON + MINUTE);
    await eventually(() => page.locator('.poller').innerText()).toMatch(/^Polling\s*· last 1 min ago$/);
    expect(await banners(page)).toEqual([]);
  });

  it('that is silent is told of, and for how long', async () => {
    api().answer('getHealth', health({ state: 'silent', lastPollAt: at(-4) }));
    const page = await open('/');
    await eventually(() => banners(page)).toEqual([
      'The poller has been silent for 4 minutes: what is shown may be old.',
    ]);
    await page.clock.pauseAt(NOON + MINUTE);
    await eventually(() => banners(page)).toEqual([
      'The poller has been silent for 5 minutes: what is shown may be old.',
    ]);
    expect(await page.locator('main > [role=status]').textContent()).toBe(
      'The poller is silent: what is shown may be old.',
    );
    await page.clock.resume();
    expect(await seriousViolations(page)).toEqual([]);
  });

  it.each([
    ['silent', 'The poller has been silent for a long time: what is shown may be old.'],
    ['unknown', 'Whether polls come cannot be told at the moment. What is shown is what the last one found.'],
  ] as const)('of which no poll is known and that is %s is told of', async (state, banner) => {
    api().answer('getHealth', () => ({
      body: {
        poller: { state, periodSeconds: 60 },
        tasks: { live: 0, ended: 0, unreadable: 0, undelivered: 0 },
        caller: { roles: ['reader'] },
      },
    }));
    const page = await open('/', DARK);
    await eventually(() => banners(page)).toEqual([banner]);
    expect(await seriousViolations(page)).toEqual([]);
  });
});

describe('the shell', () => {
  it('follows the system, until somebody chooses a theme', async () => {
    const page = await open('/', DARK);
    const theme = () => page.evaluate('document.documentElement.dataset.theme');
    await rows(page).first().waitFor();
    expect(await theme()).toBe('dark');
    await page.getByRole('button', { name: 'Change to the light theme' }).click();
    expect(await theme()).toBe('light');
    await page.reload();
    await rows(page).first().waitFor();
    expect(await theme()).toBe('light');
    await page.getByRole('button', { name: 'Change to the dark theme' }).click();
    await page.emulateMedia({ colorScheme: 'light' });
    await eventually(theme).toBe('light');
  });

  it.each(['/nothing/here', '/tasks/%E0%A4%A', '//elsewhere.example/tasks'])(
    'has a word for %s',
    async (at) => {
      const page = await open(at);
      await page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
      await page.getByRole('link', { name: 'To the overview' }).click();
      await rows(page).first().waitFor();
      expect(new URL(page.url()).pathname).toBe('/');
    },
  );

  it('tells where one is', async () => {
    const page = await open('/', { ...PHONE, mayComplain: FAILED_REQUESTS });
    await rows(page).first().waitFor();
    expect(await page.locator('nav [aria-current=page]').innerText()).toBe('Overview');
    await page.getByRole('link', { name: 'Audit' }).click();
    await eventually(() => page.locator('nav [aria-current=page]').innerText()).toBe('Audit');
  });

  it('shows items that it cannot understand as a number', async () => {
    api().answer(
      'listTasks',
      taskList(() => FLEET, 2),
    );
    const page = await open('/');
    await page
      .getByText('2 items of the table cannot be understood by this version, and are not shown.')
      .waitFor();
  });

  it('is small', () => {
    const files = readdirSync(inject('dashboard'), { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile(),
    );
    const bytes = files.map(
      ({ parentPath, name }) => gzipSync(readFileSync(path.join(parentPath, name))).length,
    );
    expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MAX_GZIPPED_BYTES);
  });
});
