import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ChainReport, TaskDetail } from '../../../lib/api/generated/api.ts';
import { counts } from '../../support/builders.ts';
import { compactPng } from '../compact-png.ts';
import { problem } from './fake-api.ts';
import { tellChain, tellRollout } from './rollout-api.ts';
import { cancel, doorLocks, endedDetail, hashOf, Ledger, liveDetail, TASK } from './rollout-story.ts';
import { setStage } from './stage.ts';
import { DARK, PHONE, seriousViolations, type VisitOptions } from './visit.ts';

const IMAGES = path.resolve(import.meta.dirname, '../../../docs/images');
const MAX_IMAGE_BYTES = 250_000;
const HOSTILE = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>';
const LIVE_MS = 5_000;

let ledger: Ledger;
let detail: TaskDetail;
beforeEach(() => {
  ledger = doorLocks();
  detail = liveDetail(ledger);
});
const { api, open: openAt } = setStage((stageApi) =>
  tellRollout(
    stageApi,
    () => ledger.rows,
    () => detail,
  ),
);
const open = (query = '', options: VisitOptions = {}) => openAt(`/tasks/${TASK}${query}`, options);

/** The page once all of its parts are there. */
async function opened(query = '', options: VisitOptions = {}): Promise<Page> {
  const page = await open(query, options);
  await page.getByRole('toolbar', { name: 'Marks on the chart' }).waitFor();
  await page.locator('.events').waitFor();
  return page;
}

const section = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const textsOf = async (page: Page, selector: string) =>
  (await page.locator(selector).allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim());
const factOf = async (page: Page, name: string) =>
  (
    await page
      .locator('dl.facts > div', { has: page.getByText(name, { exact: true }) })
      .locator('dd')
      .innerText()
  )
    .replace(/\s+/g, ' ')
    .trim();

describe('the head of the page', () => {
  it('says which rollout it is, how it stands, and what is wrong', async () => {
    const page = await opened();
    expect(await page.title()).toBe('door-locks 4.2.1 · ota-watch');
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('door-locks 4.2.1');
    expect(await textsOf(page, '.summary-badges > *')).toEqual(['in progress', 'error']);
    expect(await textsOf(page, '.open-breaches li')).toEqual([
      'error abort-criteria:failed:80 since 2026-11-22 11:50:00 UTC (10 min ago) with 16.13 %, limit 16 % (151 of 936)',
      'warning abort-criteria:failed:50 since 2026-11-22 11:39:00 UTC (21 min ago) with 10.57 %, limit 10 % (85 of 804)',
    ]);
    expect(await textsOf(page, '.summary .counts-legend li')).toEqual([
      'succeeded 773 51.53 %',
      'in progress 60 4 %',
      'queued 456 30.4 %',
      'failed 205 13.67 %',
      'timed out 4 0.27 %',
      'rejected 2 0.13 %',
    ]);
    expect(await factOf(page, 'Finished')).toBe('65.6 %');
    expect(await factOf(page, 'Rate')).toBe('12/min');
    expect(await factOf(page, 'Estimated end')).toBe('2026-11-22 12:43:00 UTC in 42 min');
    expect(await factOf(page, 'Tracked since')).toBe('2026-11-22 10:30:00 UTC 1 h 30 min ago');
    expect(await factOf(page, 'Scheduled end')).toBe(
      '2026-11-22 16:00:00 UTC then no more things are notified',
    );
    expect(await factOf(page, 'Configuration')).toBe('gradual-10-percent');
  });

  it('says why a task was canceled, as far as that can be told', async () => {
    cancel(ledger, 0);
    detail = endedDetail(ledger, 'ended');
    const page = await opened();
    expect(await textsOf(page, '.summary .note')).toEqual([
      'Canceled by AWS, as it seems: so many things failed that an abort criterion held.',
      'It is no longer tracked since 2026-11-22 12:00:00 UTC. It was canceled.',
    ]);
    expect(await section(page, 'Rules').locator('p').innerText()).toBe(
      'The task is over: its rules say nothing any more.',
    );
    expect(await page.getByText('The abort limit is not shown').count()).toBe(1);
    expect(await page.getByText('Estimated end').count()).toBe(0);
  });

  it('says of a task of long ago that the history is all there is', async () => {
    cancel(ledger, -1);
    detail = endedDetail(ledger, 'past');
    const page = await opened();
    await page.getByText('what is shown comes from its history alone').waitFor();
    expect(await page.getByText('Hash of the last row').count()).toBe(0);
  });
});

describe('the chart', () => {
  it('has its numbers in words', async () => {
    const page = await opened();
    const [things, failures] = await page
      .locator('.burn-up [role=img]')
      .evaluateAll((all) => all.map((element) => element.getAttribute('aria-label')));
    expect(things).toMatch(
      /^Chart of the things by state from 2026-11-22 10:30:00 UTC to 2026-11-22 12:00:\d\d UTC\. At the end 1,500 things: 773 succeeded, 60 in progress, 456 queued, 205 failed, 4 timed out, 2 rejected\.$/,
    );
    expect(failures).toBe(
      'Chart of the failures against the abort limit. At the end 205 failed, canceled at 209.',
    );
    expect(await textsOf(page, '.limit-legend li')).toEqual([
      '205 failed, canceled at 209 (20 % of the things that have received the task failed, once 50 have received it)',
    ]);
  });

  it.each([
    ['light', {}],
    ['dark', DARK],
  ] as const)('is painted in the colors of the theme: %s', async (_, options) => {
    const page = await opened('', options);
    // Near the end, on the zero line, there are failures; and at the top things that are queued.
    const [failed, queued] = await pixels(page, [0.8, 0.1]);
    expect([failed, queued]).toEqual([await colorOf(page, '--failed'), await colorOf(page, '--queued')]);
  });

  it('is painted anew when the theme changes', async () => {
    const page = await opened();
    const picture = () => page.locator('.plot-things canvas').screenshot();
    const before = await picture();
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.locator(':root[data-theme=dark]').waitFor({ state: 'attached' });
    await expect.poll(async () => before.equals(await picture())).toBe(false);
  });

  it('has marks that the keyboard reaches, and a list of them', async () => {
    const page = await opened();
    const marks = page.getByRole('toolbar').getByRole('button');
    const names = await marks.evaluateAll((all) => all.map((mark) => mark.getAttribute('aria-label')));
    expect(names).toEqual([
      '2026-11-22 10:32:00 UTC: Status: scheduled → in progress',
      '2026-11-22 11:01:00 UTC: Warning breach: abort-criteria:failed:50',
      '2026-11-22 11:14:00 UTC: Recovery: abort-criteria:failed:50 is over',
      '2026-11-22 11:39:00 UTC: Warning breach: abort-criteria:failed:50',
      '2026-11-22 11:50:00 UTC: Error breach: abort-criteria:failed:80',
    ]);
    await page.getByRole('button', { name: 'Copy the task id' }).focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowRight');
    await expect
      .poll(() => page.evaluate('document.activeElement.getAttribute("aria-label")'))
      .toBe(names[1]);
    await expect
      .poll(() => textsOf(page, '.step-title'))
      .toEqual(['2026-11-22 11:01:00 UTC 1,500 things · Warning breach: abort-criteria:failed:50']);
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await expect
      .poll(() => textsOf(page, '.mark-list li[data-active=true]'))
      .toEqual([
        'error abort-criteria:failed:80 151 of 936 things that received the task have failed (16.13 %, limit 16 %). 2026-11-22 11:50:00 UTC',
      ]);
    await page.keyboard.press('Home');
    await expect
      .poll(() => textsOf(page, '.step-title'))
      .toEqual(['2026-11-22 10:32:00 UTC 1,500 things · Status: scheduled → in progress']);
  });

  it('says where things stood where the pointer is', async () => {
    const page = await opened();
    const box = await page.locator('.plot-things .u-over').boundingBox();
    if (box === null) throw new Error('There is no chart');
    await page.mouse.move(box.x + box.width * 0.34, box.y + 50);
    await page.locator('.step-title', { hasText: '11:00:00 UTC' }).waitFor();
    expect((await textsOf(page, '.step-legend li')).slice(0, 4)).toEqual([
      'succeeded 242 16.13 %',
      'in progress 60 4 %',
      'queued 1,164 77.6 %',
      'failed 33 2.2 %',
    ]);
    await page.mouse.move(box.x, box.y + box.height + 300);
    await page.locator('.step-title', { hasText: '12:00:' }).waitFor();
  });

  it('has a table on demand', async () => {
    const page = await opened();
    expect(await page.locator('.burn-up table').count()).toBe(0);
    await page.getByText('Numbers as a table (93 rows)').click();
    await page.locator('.burn-up tbody').waitFor();
    expect((await textsOf(page, '.burn-up tbody tr'))[0]).toBe(
      '2026-11-22 11:59:00 UTC in progress 773 60 456 205 4 2 0 0 1,500',
    );
    expect(await page.locator('.burn-up tbody tr').count()).toBe(93);
  });

  it('follows the width of the window', async () => {
    const page = await opened();
    await page.setViewportSize({ width: 800, height: 900 });
    await expect
      .poll(() => page.locator('.plot-things .uplot').evaluate((plot) => plot.clientWidth))
      .toBeLessThan(720);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(800);
  });
});

describe('the rules', () => {
  it('are against their limits, those in trouble first', async () => {
    const page = await opened();
    expect((await textsOf(page, '.rules-table tbody tr')).slice(0, 4)).toEqual([
      'error abort-criteria:failed:80 16 % of the things that received the task have failed (of at least 50): AWS cancels the rollout at 20 %. 19.64 % (205 of 1,044) limit 16 % Breached breached since 2026-11-22 11:50:00 UTC',
      'warning abort-criteria:failed:50 10 % of the things that received the task have failed (of at least 50): AWS cancels the rollout at 20 %. 19.64 % (205 of 1,044) limit 10 % Breached breached since 2026-11-22 11:39:00 UTC',
      'warning slow Things are notified at less than 50 % of the rate that the configuration promises, over 15 min. 47 % (85 of 180) limit at least 50 % About to be breached holds for 4 min, breached after 10 min',
      'critical abort-criteria:failed:100 20 % of the things that received the task have failed (of at least 50): AWS cancels the rollout. 19.64 % (205 of 1,044) limit 20 % Clear 4 more failures at today’s counts',
    ]);
    const widths = await page
      .locator('.meter-fill')
      .evaluateAll((all) => all.map((fill) => fill.getAttribute('style')));
    expect(widths.slice(0, 3)).toEqual([
      expect.stringMatching(/^width: 92\.06\d*%;$/),
      'width: 100%;',
      expect.stringMatching(/^width: 70\.5\d*%;$/),
    ]);
  });

  it('are said to be unknown where they are', async () => {
    detail = { ...detail, rules: [], rulesUnknown: 'The service does not answer.' };
    const page = await opened();
    expect(await section(page, 'Rules').locator('.note').innerText()).toBe(
      'The rules cannot be shown now: The service does not answer. The open breaches are above.',
    );
  });
});

describe('the timeline', () => {
  it('has every event, newest first, and runs of progress as one', async () => {
    const page = await opened();
    expect((await textsOf(page, '.event')).slice(0, 3)).toEqual([
      '2026-11-22 11:51 – 11:59 UTC Progress 9 rows +53 succeeded −108 queued +54 failed +1 timed out',
      '2026-11-22 11:50:00 UTC #84 Breach error abort-criteria:failed:80 151 of 936 things that received the task have failed (16.13 %, limit 16 %). 16 % of the things that received the task have failed (of at least 50): AWS cancels the rollout at 20 %. Things that failed, the latest door-lock-1056 failed door-lock-1055 failed, retry 1 door-lock-1054 failed, retry 2 1,500 things: 720 succeeded, 60 in progress, 564 queued, 151 failed, 3 timed out, 2 rejected JSON',
      '2026-11-22 11:40 – 11:50 UTC Progress 11 rows +66 succeeded −132 queued +66 failed',
    ]);
    const run = page.getByRole('button', { name: '9 rows' });
    await run.focus();
    await page.keyboard.press('Enter');
    await page.locator('#event-93').waitFor();
    expect(await run.getAttribute('aria-expanded')).toBe('true');
    expect((await textsOf(page, '.event'))[1]).toBe(
      '2026-11-22 11:59:00 UTC #93 Progress +6 succeeded −12 queued +6 failed 65.6 % finished · 12/min JSON',
    );
    await page.keyboard.press('Enter');
    await page.locator('#event-93').waitFor({ state: 'detached' });
  });

  it('goes back to the first event', async () => {
    const page = await opened();
    await page.getByText('50 events, searched back to 2026-11-22 11:13:00 UTC').waitFor();
    await section(page, 'Timeline').getByRole('button', { name: 'Load older' }).click();
    await page.getByText('93 events, all there are').waitFor();
    expect((await textsOf(page, '.event')).slice(-2)).toEqual([
      '2026-11-22 10:32:00 UTC #2 Status scheduled → in progress 1,500 things: 1,500 queued JSON',
      '2026-11-22 10:30:00 UTC #1 Tracking started a poll found the task 1,500 things: 1,500 queued JSON',
    ]);
  });

  it('is filtered by type, in the address', async () => {
    const page = await opened();
    await page.getByRole('button', { name: 'Recoveries' }).click();
    await page.waitForURL(`**/tasks/${TASK}?type=recovered`);
    await page.getByText('1 event, all there are').waitFor();
    await page.getByRole('button', { name: 'Status', exact: true }).click();
    await page.waitForURL(`**/tasks/${TASK}?type=recovered,status`);
    await page.getByText('2 events, all there are').waitFor();
    expect(await page.locator('.filter [aria-pressed=true]').allInnerTexts()).toEqual([
      'Recoveries',
      'Status',
    ]);
    await page.getByRole('button', { name: 'All', exact: true }).click();
    await page.waitForURL(`**/tasks/${TASK}`);

    const shared = await opened('?type=tracking');
    expect(await textsOf(shared, '.event h3')).toEqual(['Tracking started a poll found the task']);
    await shared.getByRole('button', { name: 'Tracking started' }).click();
    await shared.getByRole('button', { name: 'Set aside' }).click();
    await shared.getByRole('heading', { name: 'No events of these types' }).waitFor();
  });

  it('has the rows as they are stored, to be copied', async () => {
    const page = await opened('', { permissions: ['clipboard-read', 'clipboard-write'] });
    const event = page.locator('#event-84');
    await event.getByText('JSON').focus();
    await page.keyboard.press('Enter');
    expect(JSON.parse(await event.locator('pre').innerText())).toEqual(ledger.rows[83]);
    await event.getByRole('button', { name: 'Copy the JSON of row 84' }).click();
    await event.getByText('Copied').waitFor();
    expect(JSON.parse(await page.evaluate('navigator.clipboard.readText()'))).toEqual(ledger.rows[83]);
  });

  it('keeps rows that cannot be read next to those that are there', async () => {
    const page = await opened('', { mayComplain: /503/ });
    api().answer('getTaskHistory', () => problem(503, 'unavailable', 'A table cannot be read for now'));
    await page.getByRole('button', { name: 'Load older' }).click();
    await section(page, 'Timeline').getByRole('alert').getByText('A table cannot be read for now').waitFor();
    expect(await page.locator('#event-84').count()).toBe(1);
  });
});

describe('what happens meanwhile', () => {
  it('appears, and nothing that somebody reads moves or closes', async () => {
    const page = await opened();
    const event = page.locator('#event-84');
    await event.getByText('JSON').click();
    await page.getByRole('button', { name: '11 rows' }).click();
    await event.getByRole('button', { name: 'Copy the JSON of row 84' }).focus();
    const place = () => event.evaluate((element) => element.getBoundingClientRect().top);
    const before = await place();
    const shown = await event.elementHandle();

    ledger.add(0, {
      detailType: 'OTA Task Status Changed',
      previousStatus: 'IN_PROGRESS',
      status: 'DELETION_IN_PROGRESS',
      terminal: false,
    });
    detail = liveDetail(ledger);
    await page.clock.runFor(LIVE_MS + 1_000);
    await page.locator('#event-94').waitFor();
    await page.locator('.summary-badges', { hasText: 'deletion in progress' }).waitFor();
    await page.locator('[role=status]', { hasText: 'Status: in progress → deletion in progress' }).waitFor();

    // A browser rounds where it scrolls to.
    expect(await place()).toBeCloseTo(before, 0);
    expect(await event.evaluate((element, same) => element === same, shown)).toBe(true);
    expect(await event.locator('pre').isVisible()).toBe(true);
    expect(await page.locator('#event-80').count()).toBe(1);
    expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe(
      'Copy the JSON of row 84',
    );
    expect(await page.getByRole('toolbar').getByRole('button').count()).toBe(6);
  });

  it('is asked for with what is at hand, so that quiet polls carry nothing', async () => {
    const page = await opened();
    const before = api().requests.length;
    await page.clock.runFor(LIVE_MS + 1_000);
    await expect
      .poll(
        () =>
          api()
            .requests.slice(before)
            .filter((one) => !one.startsWith('/health')).length,
      )
      .toBe(4);
    expect(
      api()
        .requests.slice(before)
        .filter((one) => !one.endsWith('→ 304')),
    ).toEqual([]);
  });

  it('is old where the API is away, and says so', async () => {
    const page = await opened('', { mayComplain: /ERR_EMPTY_RESPONSE|ERR_CONNECTION/ });
    api().goAway(true);
    await page.clock.runFor(LIVE_MS + 1_000);
    await page.locator('.rollout .banner').getByText('The API cannot be reached').waitFor();
    expect(await page.locator('#event-84').count()).toBe(1);
    api().goAway(false);
    await page.locator('.rollout .banner').getByRole('button', { name: 'Try again' }).click();
    await page.locator('.rollout .banner').waitFor({ state: 'detached' });
  });
});

describe('delivery', () => {
  it('says what is on its way', async () => {
    const page = await opened();
    expect(await section(page, 'Delivery').locator('.note').innerText()).toBe(
      '1 event on the way. The oldest is of 2026-11-22 11:59:00 UTC (1 min ago).',
    );
    expect(await factOf(page, 'Not on the bus yet')).toBe('1 event');
    expect(await factOf(page, 'Last published')).toBe('#92');
  });

  it('says that all is delivered', async () => {
    detail = { ...detail, undelivered: { count: 0, unrecorded: 0, unpublished: 0 } };
    const page = await opened();
    await section(page, 'Delivery').getByText('Everything is delivered.').waitFor();
  });
});

describe('the check of the chain', () => {
  async function verdict(of: Partial<ChainReport>): Promise<string[]> {
    tellChain(api(), ledger, of);
    const page = await opened();
    await section(page, 'Hash chain').getByRole('button', { name: 'Verify' }).press('Enter');
    await page.locator('.verdict').waitFor();
    return textsOf(page, '.verdict > h3, .verdict > p, .verdict li');
  }

  it('says that it is intact, and what that proves', async () => {
    expect(await verdict({})).toEqual([
      'Intact: 93 rows',
      'Every row has the hash of its content, and of the row before it: none was changed, left out or put in between.',
      'The first row is the first event of the task.',
      'Row 93 is the last one that the poll knows of: none is missing at the end.',
      `Hash of row 93: ${hashOf(93)} Copy`,
      expect.stringContaining('A history that was rewritten as a whole'),
    ]);
    expect(api().requests.filter((one) => one.startsWith('/audit'))).toEqual([
      `/audit/${TASK} → 200`,
      `/audit/${TASK}?cursor=half → 200`,
    ]);
  });

  it('says where it is broken, and how', async () => {
    const problems: ChainReport['problems'] = [
      { sequence: 17, kind: 'hash', message: 'The hash of the row is another one.' },
      { sequence: 40, kind: 'gap', message: 'Rows 38 to 39 are missing.' },
    ];
    const texts = await verdict({ verdict: 'broken', problems });
    expect(texts).toEqual([
      'Broken at 2 rows',
      expect.stringContaining('The history is not as it was written'),
      expect.stringContaining('tell which ones are genuine'),
      'Row 17: its content is not what was hashed (hash) The hash of the row is another one.',
      'Row 40: rows before it are missing (gap) Rows 38 to 39 are missing.',
    ]);
  });

  it('says calmly that rows are missing which may have expired', async () => {
    const problems: ChainReport['problems'] = [
      { sequence: 40, kind: 'gap', message: 'Rows 38 to 39 are missing; perhaps expired.' },
    ];
    const texts = await verdict({ verdict: 'incomplete', rows: 91, problems });
    expect(texts).toEqual([
      'Incomplete: 91 rows are left',
      expect.stringContaining('none was changed or put in between'),
      expect.stringContaining('Rows are missing.'),
      'Row 40: rows before it are missing (gap) Rows 38 to 39 are missing; perhaps expired.',
      expect.stringContaining('Hash of row'),
      expect.stringContaining('rewritten as a whole'),
    ]);
  });

  it('says what has expired, and what cannot be known', async () => {
    const texts = await verdict({ beginsAtFirst: false, firstSequence: 30, rows: 64, end: 'unknown' });
    expect(texts[0]).toBe('Intact: 64 rows; older rows have expired');
    expect(texts[2]).toContain('begins with row 30');
    expect(texts[3]).toContain('The poll no longer knows');
  });

  it('can be stopped, and tells of a check that failed', async () => {
    let answer = () => {};
    tellChain(api(), ledger, {});
    const page = await opened('', { mayComplain: /503/ });
    api().answer('auditTask', () => {
      const { promise, resolve } = Promise.withResolvers<ReturnType<typeof problem>>();
      answer = () => resolve(problem(503, 'unavailable', 'A table cannot be read for now'));
      return promise;
    });
    const chain = section(page, 'Hash chain');
    await chain.getByRole('button', { name: 'Verify' }).click();
    await chain.getByText('Checking…').waitFor();
    await chain.getByRole('button', { name: 'Stop' }).click();
    await chain.getByRole('button', { name: 'Verify' }).click();
    answer();
    await expect.poll(() => api().requests.filter((one) => one.includes('/audit')).length).toBeGreaterThan(0);
    answer();
    await chain.getByText('The check could not be finished. A table cannot be read for now').waitFor();
    tellChain(api(), ledger, {});
    await chain.getByRole('button', { name: 'Try again' }).click();
    await chain.getByRole('heading', { name: 'Intact: 93 rows' }).waitFor();
  });
});

describe('when there is little to show', () => {
  it('says that it is loading', async () => {
    const { promise, resolve } = Promise.withResolvers<{ body: TaskDetail }>();
    api().answer('getTask', () => promise);
    const page = await open();
    await page.getByText(`Loading ${TASK}…`).waitFor();
    resolve({ body: detail });
    await page.getByRole('heading', { name: 'door-locks 4.2.1' }).waitFor();
  });

  it('says that nothing is known of a task', async () => {
    api().answer('getTask', () => problem(404, 'not-found', 'Nothing is known of it'));
    const page = await open('', { mayComplain: /404/ });
    await page.getByRole('heading', { name: 'Nothing is known of this task' }).waitFor();
    expect(await page.getByRole('link', { name: 'To all rollouts' }).getAttribute('href')).toBe('/');
  });

  it('says what went wrong, and tries again', async () => {
    api().answer('getTask', () => problem(503, 'unavailable', 'A table cannot be read for now'));
    const page = await open('', { mayComplain: /503/ });
    await page.getByRole('alert').getByText('A table cannot be read for now').waitFor();
    api().answer('getTask', () => ({ body: detail }));
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { name: 'door-locks 4.2.1' }).waitFor();
  });

  it('says that there is no history, and no things', async () => {
    detail = { ...detail, task: { ...detail.task, counts: counts({}), breaches: [] } };
    ledger = new Ledger();
    const page = await open();
    await page.getByRole('heading', { name: 'No history yet' }).waitFor();
    await page.getByRole('heading', { name: 'No history', exact: true }).waitFor();
    await page.getByText('It has no things.').waitFor();
  });

  it('shows a history of one row', async () => {
    const first = new Ledger();
    first.add(-1, {
      detailType: 'OTA Task Tracking Started',
      reason: 'discovered',
      counts: counts({ queued: 3 }),
    });
    ledger = first;
    const page = await opened();
    expect(await textsOf(page, '.event h3')).toEqual(['Tracking started a poll found the task']);
    expect(await page.locator('.mark-list').innerText()).toContain('None so far.');
  });
});

describe('everybody can use it', () => {
  it('has no markup of others', async () => {
    ledger.add(0, {
      detailType: 'OTA Task Threshold Breached',
      description: HOSTILE,
      rule: { id: HOSTILE, kind: HOSTILE, severity: 'critical', description: HOSTILE },
      summary: HOSTILE,
      sampleThings: [{ managedThingId: HOSTILE, status: HOSTILE }],
    });
    detail = {
      ...liveDetail(ledger),
      rulesUnknown: HOSTILE,
      configuration: {
        configurationId: HOSTILE,
        criteria: [{ failureType: HOSTILE, thresholdPercentage: 5, minExecutedThings: 1 }],
      },
      endBehavior: HOSTILE,
    };
    const page = await opened();
    await page.locator('#event-94').getByText('JSON').click();
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe(HOSTILE);
    expect(await page.locator('#event-94 h3').innerText()).toContain(HOSTILE);
    expect(await page.locator('#event-94 pre').innerText()).toContain(JSON.stringify(HOSTILE));
    expect(await page.locator('main :is(script, img, iframe, style)').count()).toBe(0);
    expect(await page.evaluate('typeof window.pwned')).toBe('undefined');
  });

  it.each([
    ['light', {}],
    ['dark', DARK],
    ['phone', PHONE],
  ] as const)('axe-core finds nothing serious: %s', async (_, options) => {
    tellChain(api(), ledger, {
      verdict: 'broken',
      problems: [{ sequence: 17, kind: 'hash', message: 'Another hash.' }],
    });
    const page = await opened('', options);
    await page.getByText('Numbers as a table').click();
    await page.getByRole('button', { name: '9 rows' }).click();
    await page.locator('#event-84').getByText('JSON').click();
    await page.getByRole('button', { name: 'Verify' }).click();
    await page.locator('.verdict').waitFor();
    expect(await seriousViolations(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
  });

  it('needs no scrolling to the side on a telephone, however long the words', async () => {
    const long = 'w'.repeat(300);
    ledger.add(0, {
      detailType: 'OTA Task Event Set Aside',
      description: long,
      setAsideSequence: 84,
      errorCode: long,
      errorMessage: long,
    });
    detail = { ...liveDetail(ledger), taskArn: long };
    const page = await opened('', PHONE);
    await page.locator('#event-94').getByText('JSON').click();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  });

  it('has headings in order, and names for all that is used', async () => {
    const page = await opened();
    const levels = await page
      .locator('main :is(h1, h2, h3, h4)')
      .evaluateAll((all) => all.map(({ tagName }) => Number(tagName[1])));
    expect(levels.filter((level, i) => level > (levels[i - 1] ?? 0) + 1)).toEqual([]);
    expect(levels.filter((level) => level === 1)).toEqual([1]);
    const ids = await page.locator('[id]').evaluateAll((all) => all.map(({ id }) => id));
    expect(ids).toEqual([...new Set(ids)]);
  });
});

describe('how it looks', () => {
  it.each([
    ['dashboard-rollout', {}],
    ['dashboard-rollout-dark', DARK],
  ] as const)('%s', async (name, options) => {
    const page = await opened('', { ...options, viewport: { width: 1360, height: 1_420 } });
    await page.locator('.plot-limits canvas').waitFor();
    const image = compactPng(await page.screenshot());
    expect(image.length).toBeLessThan(MAX_IMAGE_BYTES);
    if (process.env.UPDATE_SCREENSHOTS === '1') await writeFile(path.join(IMAGES, `${name}.png`), image);
    else expect((await readFile(path.join(IMAGES, `${name}.png`))).length).toBeGreaterThan(20_000);
  });
});

/** The colors of the chart near its end, at shares of its height: red, green and blue. */
async function pixels(page: Page, heights: readonly number[]): Promise<number[][]> {
  const column: number[] = await page.evaluate(`(() => {
    const canvas = document.querySelector('.plot-things canvas');
    return [...canvas.getContext('2d').getImageData(canvas.width - 40, 0, 1, canvas.height).data];
  })()`);
  return heights.map((height) => {
    const at = Math.round((column.length / 4) * height) * 4;
    return column.slice(at, at + 3);
  });
}

/** A color of the style sheet, as red, green and blue. */
async function colorOf(page: Page, name: string): Promise<number[]> {
  const hex: string = await page.evaluate(
    `getComputedStyle(document.documentElement).getPropertyValue('${name}').trim()`,
  );
  return [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16));
}
