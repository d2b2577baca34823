import { readFile } from 'node:fs/promises';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import canonicalize from 'canonicalize';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { HistoryRow } from '../../../local/demo/history.ts';
import { LAST_MINUTE, ROLLOUTS } from '../../../local/demo/rollouts.ts';
import { readCsv } from '../../support/read-csv.ts';
import { setLiveStage } from './live-stage.ts';
import { seriousViolations, type VisitOptions } from './visit.ts';

const { stack, dashboard, playTo, rows, open } = setLiveStage();

/** The page asks every two seconds, and the API remembers for one what it has read. */
const soon = <T>(read: () => T) => expect.poll(read, { timeout: 20_000 });

const textsOf = async (page: Page, selector: string) =>
  (await page.locator(selector).allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim());
const section = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const names = (page: Page) => page.locator('.cell-name > a').allTextContents();
const rowOf = (page: Page, name: string) => page.locator('tr.fleet-row').filter({ hasText: name });
const rowsOf = async (taskId: string) => (await rows()).filter((row) => row.taskId === taskId);
const isOf = (detailType: string) => (row: HistoryRow) => row.detailType === detailType;

describe('the overview', () => {
  it('says that no poll has come, and shows what the first one finds', async () => {
    const page = await open('/open');
    await page.waitForURL(`${dashboard().url}/`);
    await page.getByText('The poller has been silent for a long time: what is shown may be old.').waitFor();
    await page.getByRole('heading', { name: 'No rollouts yet' }).waitFor();
    expect(await seriousViolations(page)).toEqual([]);
    await playTo(1);
    const started = ROLLOUTS.filter(({ createdAtMinute }) => createdAtMinute <= 1).map(({ name }) => name);
    await soon(async () => (await names(page)).sort()).toEqual(started.sort());
    await soon(() => page.locator('.banner').count()).toBe(0);
    expect(await page.locator('.poller').innerText()).toMatch(/^Polling/);
  });

  it('has new numbers two refreshes after a poll, and trouble first', async () => {
    await playTo(2);
    const page = await open('/open');
    const things = rowOf(page, 'spring-thermostats').locator('.cell-things .below');
    await things.waitFor();
    await page.evaluate('window.isStillThere = true');
    await playTo(3);
    const last = (await rowsOf('springThermostats')).at(-1);
    let refreshes = 0;
    page.on('request', (request) => {
      if (new URL(request.url()).pathname === '/api/tasks') refreshes += 1;
    });
    await soon(() => things.innerText()).toBe(`${Object(last?.counts).succeeded} of 60 succeeded`);
    expect(refreshes).toBeLessThanOrEqual(2);

    expect((await names(page))[0]).toBe('window-sensors');
    await playTo(5);
    await soon(async () => (await names(page))[0]).toBe('door-locks');
    expect(await rowOf(page, 'door-locks').locator('.badges').innerText()).toMatch(/1 error\s+1 warning/);
    expect(await page.evaluate('window.isStillThere')).toBe(true);
    expect(await seriousViolations(page)).toEqual([]);
  });
});

describe('a rollout', () => {
  it('has its rules while it goes on, with the limits that its tags set', async () => {
    await playTo(5);
    const page = await open('/open/tasks/windowSensors');
    await page.locator('.rules-table').waitFor();
    const [rule] = await textsOf(page, '.rules-table tbody tr');
    expect(rule).toMatch(/^error failed-percent 12 % of the things .* limit 12 % Breached breached since/);
  });

  it('that AWS cancels is followed to its end', async () => {
    await playTo(5);
    const page = await open('/open/tasks/doorLocks');
    await soon(() => standingsOf(page)).toMatchObject({
      'abort-criteria:failed:50': 'Breached',
      'abort-criteria:failed:80': 'Breached',
      'abort-criteria:failed:100': 'Clear',
    });
    await soon(() => textsOf(page, '.summary-badges > *')).toEqual(['in progress', 'error']);
    await playTo(6);
    await soon(() => textsOf(page, '.summary-badges > *')).toEqual(['canceled']);
    expect((await textsOf(page, '.summary .note'))[0]).toBe(
      'Canceled by AWS, as it seems: so many things failed that an abort criterion held.',
    );
    expect(await section(page, 'Rules').locator('p').innerText()).toBe(
      'The task is over: its rules say nothing any more.',
    );
    await soon(() => textsOf(page, '.mark-list .mark-title')).toEqual([
      'abort-criteria:failed:100 is over, since the task ended',
      'abort-criteria:failed:80 is over, since the task ended',
      'abort-criteria:failed:50 is over, since the task ended',
      'critical abort-criteria:failed:100',
      'Status: in progress → canceled, by an abort criterion',
      'error abort-criteria:failed:80',
      'warning abort-criteria:failed:50',
    ]);
    const recorded = await rowsOf('doorLocks');
    await soon(() => timelineOf(page)).toEqual(recorded.toReversed());
    expect(await verdictOf(page)).toBe(`Intact: ${recorded.length} rows`);
    expect(await page.locator('.verdict code.hash').innerText()).toBe(recorded.at(-1)?.hash);
    expect(await seriousViolations(page)).toEqual([]);
  });
});

describe('the audit', () => {
  it.each<[string, readonly string[], (row: HistoryRow) => boolean]>([
    ['breaches', ['Breaches'], isOf('OTA Task Threshold Breached')],
    ['errors', ['error'], (row) => Object(row.rule).severity === 'error'],
    [
      'recoveries of warnings',
      ['Recoveries', 'warning'],
      (row) => isOf('OTA Task Threshold Recovered')(row) && Object(row.rule).severity === 'warning',
    ],
    ['changes of the status', ['Status'], isOf('OTA Task Status Changed')],
  ])('finds the rows of the table, and no others: %s', async (_, filters, isWanted) => {
    await playTo(LAST_MINUTE);
    const page = await open('/open/audit');
    for (const name of filters) await page.getByRole('checkbox', { name, exact: true }).check();
    const wanted = (await rows()).filter(isWanted).map(({ eventId }) => eventId);
    expect(wanted.length).toBeGreaterThan(1);
    await soon(() => eventIds(page)).toEqual(wanted.toReversed());
  });

  it('exports the rows of the table, as they are there', async () => {
    await playTo(LAST_MINUTE);
    const page = await open('/open/audit');
    const wanted = await rows();
    expect(await download(page, 'JSON Lines')).toBe(wanted.map((row) => `${canonicalize(row)}\n`).join(''));
    const [header = [], ...records] = readCsv(await download(page, 'CSV'));
    expect(header).toContain('hash');
    expect(records).toEqual(wanted.map((row) => header.map((name) => cellOf(row, name))));
    await page.getByRole('checkbox', { name: 'Breaches' }).check();
    await page.waitForURL('**/audit?type=breached');
    const breaches = wanted.filter(isOf('OTA Task Threshold Breached'));
    expect(await download(page, 'JSON Lines')).toBe(breaches.map((row) => `${canonicalize(row)}\n`).join(''));
  });

  it('verifies the chains of all tasks', async () => {
    await playTo(LAST_MINUTE);
    const page = await open('/open/audit');
    await page.getByRole('button', { name: 'Verify all' }).click();
    const { length } = await rows();
    await page.getByText(`${ROLLOUTS.length} tasks, ${length} rows: all intact`).waitFor();
    expect(await seriousViolations(page)).toEqual([]);
  });
});

describe('people', () => {
  const atIssuer = (): VisitOptions => ({
    mayComplain: new RegExp(`^Requested ${dashboard().issuer.url}/`),
  });

  it('sign out, and in again on the page where they are', async () => {
    await playTo(1);
    const page = await open('/open/audit?range=7d', atIssuer());
    await section(page, 'Rows').getByRole('table').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('You are signed out.').waitFor();
    expect(await seriousViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await section(page, 'Rows').getByRole('table').waitFor();
    expect(page.url()).toBe(`${dashboard().url}/audit?range=7d`);
    await soon(() => page.getByRole('button', { name: 'CSV' }).isEnabled()).toBe(true);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(`${dashboard().url}/`);
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
  });

  it('who may only read export nothing', async () => {
    await playTo(1);
    const { issuer, url } = dashboard();
    const token = await issuer.tokenFor({ roles: ['ota-watch-reader'] });
    const page = await open(`/audit#token=${token}`);
    await section(page, 'Rows').getByRole('table').waitFor();
    await page.getByText('Needs the role exporter, which your sign-in does not have.').waitFor();
    for (const name of ['CSV', 'JSON Lines'])
      expect(await page.getByRole('button', { name, exact: true }).isEnabled()).toBe(false);
    const answer = await fetch(`${url}/api/export`, { headers: { authorization: `Bearer ${token}` } });
    expect([answer.status, Object(await answer.json()).detail]).toEqual([
      403,
      'This needs the role exporter',
    ]);
  });
});

describe('a row that somebody has changed', () => {
  it('is found', async () => {
    await playTo(6);
    const { dynamodb, running } = stack();
    const breach = (await rowsOf('doorLocks')).find(isOf('OTA Task Threshold Breached'));
    await dynamodb.send(
      new UpdateCommand({
        TableName: running.tables.history,
        Key: { taskId: 'doorLocks', sequence: breach?.sequence },
        UpdateExpression: 'SET summary = :summary',
        ExpressionAttributeValues: { ':summary': 'Nothing to see here' },
      }),
    );
    const page = await open('/open/tasks/doorLocks');
    expect(await verdictOf(page)).toBe(`Broken at row ${breach?.sequence}`);
    expect(await textsOf(page, '.chain-problems li')).toEqual([
      expect.stringMatching(new RegExp(`^Row ${breach?.sequence}: its content is not what was hashed`)),
    ]);
    expect(await seriousViolations(page)).toEqual([]);
    await page.goto(`${dashboard().url}/audit`);
    await page.getByRole('button', { name: 'Verify all' }).click();
    await page.getByText(/ rows: 1 broken, \d+ intact$/).waitFor();
  });
});

/** How each rule stands, by its id. */
async function standingsOf(page: Page): Promise<Record<string, string>> {
  const [ids, standings] = [
    await page.locator('.rules-table th code').allInnerTexts(),
    await page.locator('.rules-table .standing').allInnerTexts(),
  ];
  return Object.fromEntries(ids.map((id, i) => [id, standings[i] ?? '']));
}

/** The rows that the timeline shows, as their JSON has them; runs of progress are opened for that. */
async function timelineOf(page: Page): Promise<unknown[]> {
  for (const run of await page.locator('.run-toggle[aria-expanded=false]').all()) await run.click();
  await page.locator('details.raw').evaluateAll((all) => {
    for (const one of all) one.setAttribute('open', '');
  });
  return (await page.locator('details.raw pre').allTextContents()).map((text) => JSON.parse(text));
}

/** What a check of the chain, made now, comes to. */
async function verdictOf(page: Page): Promise<string> {
  await section(page, 'Hash chain').getByRole('button', { name: 'Verify' }).click();
  return page.locator('.verdict h3').innerText();
}

async function eventIds(page: Page): Promise<string[]> {
  const labels = await page
    .locator('.audit-table:not(.audit-former) .audit-disclose')
    .evaluateAll((all) => all.map((button) => button.getAttribute('aria-label') ?? ''));
  return labels.map((label) => label.replace(' as it is stored', ''));
}

/** Downloads, as browsers do that cannot write to files; what is in the file. */
async function download(page: Page, name: string): Promise<string> {
  await page.evaluate('window.showSaveFilePicker = undefined');
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name, exact: true }).click();
  return readFile(await (await downloading).path(), 'utf8');
}

/** What a row has in a column of the CSV file. */
function cellOf({ counts, observed, rule, ...own }: HistoryRow, column: string): string {
  const { id: ruleId, ...ofRule } = Object(rule);
  const value = { ...ofRule, ruleId, ...own, ...Object(counts), ...Object(observed) }[column];
  if (value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
