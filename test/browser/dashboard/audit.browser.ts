import { readFile } from 'node:fs/promises';
import type { Download, Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ChainReport, HistoryRow } from '../../../lib/api/generated/api.ts';
import { HOSTILE } from '../messages.ts';
import { aRow, CHRONICLE, history } from './chronicle.ts';
import { type ApiReply, problem } from './fake-api.ts';
import { FLEET } from './fleet.ts';
import { at, health, taskList } from './scene.ts';
import { eventually, setStage, takePicture } from './stage.ts';
import { DARK, PHONE, seriousViolations, type VisitOptions } from './visit.ts';

let rows: readonly HistoryRow[];
beforeEach(() => {
  rows = CHRONICLE;
});
const { api, open: openAt } = setStage((stageApi) => {
  stageApi.answer('getHealth', health({}, ['reader', 'exporter']));
  stageApi.answer(
    'listTasks',
    taskList(() => FLEET),
  );
  stageApi.answer(
    'listHistory',
    history(() => rows),
  );
  stageApi.answer('auditTask', ({ taskId }) => ({ body: report(taskId) }));
});
const open = (address = '/audit', options: VisitOptions = {}) => openAt(address, options);

function report(taskId: string, of: Partial<ChainReport> = {}): ChainReport {
  return { taskId, verdict: 'intact', rows: 100, beginsAtFirst: true, end: 'known', problems: [], ...of };
}

/** The requests of a route so far, as their queries. */
const asked = (route: string) =>
  api()
    .requests.filter((request) => request.startsWith(`${route}?`))
    .map((request) => Object.fromEntries(new URLSearchParams(request.slice(route.length).split(' ')[0])));

const table = (page: Page) => page.getByRole('table', { name: 'Rows of the history' });
const rowCount = (page: Page) => table(page).locator('tbody .audit-row').count();
const taskIds = (page: Page) => table(page).locator('tbody .audit-task a').allInnerTexts();
const queryAt = (url: URL) => Object.fromEntries(url.searchParams);
const queryOf = (page: Page) => queryAt(new URL(page.url()));

describe('what is searched for', () => {
  it('is the last 24 hours at first, newest first', async () => {
    const page = await open();
    await page.getByText('All 12 rows, newest first').waitFor();
    const [{ from = '', ...others } = {}] = asked('/history');
    expect(others).toEqual({ limit: '100' });
    expect(Math.floor(Date.parse(from) / 3_600_000)).toBe(Date.parse(at(-24 * 60)) / 3_600_000);
    expect(await taskIds(page)).toEqual(CHRONICLE.map(({ taskId }) => taskId));
    expect(queryOf(page)).toEqual({});
  });

  it('is in the address, and in the request', async () => {
    const page = await open();
    await page.getByText('All 12 rows').waitFor();
    await page.getByRole('checkbox', { name: 'Breaches' }).check();
    await page.getByText('All 4 rows').waitFor();
    expect(queryOf(page)).toEqual({ type: 'breached' });
    await page.getByRole('checkbox', { name: 'critical' }).check();
    await page.getByText('All 1 row').waitFor();
    expect(queryOf(page)).toEqual({ type: 'breached', severity: 'critical' });
    await page.getByRole('radio', { name: '7 days' }).check();
    await page.getByRole('searchbox', { name: 'Task' }).fill('ota-7f3a91c2d4');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/audit?range=7d&task=ota-7f3a91c2d4&type=breached&severity=critical');
    await page.getByText('All 1 row').waitFor();
    const { from = '', ...others } = asked('/history').at(-1) ?? {};
    expect(others).toEqual({
      taskId: 'ota-7f3a91c2d4',
      type: 'OTA Task Threshold Breached',
      severity: 'critical',
      limit: '100',
    });
    expect(from.slice(0, 13)).toBe(at(-7 * 24 * 60).slice(0, 13));

    await page.goBack();
    await page.waitForURL('**/audit?range=7d&type=breached&severity=critical');
    expect(await page.getByRole('searchbox', { name: 'Task' }).inputValue()).toBe('');
    await page.getByRole('button', { name: 'Reset filters' }).first().click();
    await page.getByText('All 12 rows').waitFor();
    expect(queryOf(page)).toEqual({});
  });

  it('is what an address asks for', async () => {
    const page = await open(
      '/audit?range=custom&from=2026-11-22T05:20:00Z&to=2026-11-22T09:10:00Z&type=status,tracking',
    );
    await page.getByText('All 2 rows').waitFor();
    expect(asked('/history')).toEqual([
      {
        from: '2026-11-22T05:20:00.000Z',
        to: '2026-11-22T09:10:00.000Z',
        type: 'OTA Task Status Changed,OTA Task Tracking Started',
        limit: '100',
      },
    ]);
    const checked = page.getByRole('search').locator('input:checked + span');
    expect(await checked.allInnerTexts()).toEqual(['Custom', 'Status', 'Tracking started']);
  });

  it('can be a time of one’s own, in UTC wherever one is', async () => {
    const page = await open('/audit?range=1h', { timezoneId: 'Asia/Kolkata' });
    await page.getByText('All 8 rows').waitFor();
    await page.getByRole('radio', { name: 'Custom' }).check();
    const from = page.getByLabel('From (UTC)');
    expect(await from.inputValue()).toBe('2026-11-22T11:00');
    await from.fill('2026-11-22T11:50');
    await page.getByText('All 4 rows').waitFor();
    expect(queryOf(page)).toEqual({
      range: 'custom',
      from: '2026-11-22T11:50:00.000Z',
      to: '2026-11-22T12:01:00.000Z',
    });
    expect(await table(page).locator('time').first().innerText()).toBe('2026-11-22 11:59:12');
  });

  it('is searched for once a date is typed, not at each piece of it', async () => {
    const page = await open('/audit?range=custom&from=2026-11-22T05:00:00.500Z&to=2026-11-22T13:00:00Z');
    await page.getByText('All 12 rows').waitFor();
    const steps = await page.evaluate('history.length');
    const from = page.getByLabel('From (UTC)');
    await from.focus();
    await from.blur();
    expect(asked('/history')).toHaveLength(1);
    await from.focus();
    await page.keyboard.type('11212026');
    await page.keyboard.press('Tab');
    await page.keyboard.type('1130');
    await from.blur();
    await page.waitForURL((url) => queryAt(url).from?.startsWith('2026-11-21T') === true);
    await eventually(() => asked('/history')).toHaveLength(2);
    expect(await page.evaluate('history.length')).toBe(steps);

    await from.fill('');
    await from.blur();
    await page.waitForURL((url) => !url.searchParams.has('from'));
    await page.getByLabel('Before (UTC)').fill('1969-01-01T00:00');
    await page.getByLabel('Before (UTC)').blur();
    expect(await page.getByLabel('Before (UTC)').inputValue()).toBe('2026-11-22T13:00');
    expect(queryOf(page).to).toBe('2026-11-22T13:00:00.000Z');
  });

  it('is left alone while it is typed', async () => {
    const held = Promise.withResolvers<void>();
    api().answer('listHistory', async () => {
      await held.promise;
      return { body: { items: CHRONICLE } };
    });
    const page = await open();
    const task = page.getByRole('searchbox', { name: 'Task' });
    await task.pressSequentially('ota-7f3a');
    held.resolve();
    await page.getByText('All 12 rows').waitFor();
    expect(await task.inputValue()).toBe('ota-7f3a');
    await page.getByRole('radio', { name: '7 days' }).check();
    await page.waitForURL('**/audit?range=7d&task=ota-7f3a');
  });

  it.each([
    ['task=%3Cscript%3E', 'A task id has letters, digits, - and _ only, at most 200.'],
    [
      'range=custom&from=2026-11-22T12:00:00Z&to=2026-11-22T11:00:00Z',
      'The beginning has to be before the end.',
    ],
  ])('is not asked for if it cannot be: %s', async (query, words) => {
    const page = await open(`/audit?${query}`);
    await page.getByRole('alert').getByText(words).waitFor();
    expect(await page.getByRole('button', { name: 'CSV' }).isEnabled()).toBe(false);
    expect(asked('/history')).toEqual([]);
  });

  it('reaches up to the present again when it is searched for again', async () => {
    const page = await open();
    await page.getByText('All 12 rows').waitFor();
    rows = [aRow({ minute: 1, sequence: 99 }), ...CHRONICLE];
    await page.getByRole('button', { name: 'Search again' }).click();
    await page.getByText('All 13 rows').waitFor();
  });
});

describe('what is found', () => {
  it('comes page by page, each row once, in order', async () => {
    rows = Array.from({ length: 250 }, (_, i) => aRow({ minute: -i, sequence: 250 - i }));
    const page = await open();
    await page.getByRole('button', { name: 'Load more' }).click();
    await page.getByText('200 rows, newest first, back to 2026-11-22 08:41:00 UTC').waitFor();
    await page.getByRole('button', { name: 'Load more' }).click();
    await page.getByText('All 250 rows, newest first').waitFor();
    expect(await page.getByRole('button', { name: 'Load more' }).count()).toBe(0);
    const times = await table(page)
      .locator('time')
      .evaluateAll((all) => all.map((time) => time.getAttribute('datetime')));
    expect(times).toEqual(rows.map(({ observedAt }) => observedAt));
    const searches = asked('/history');
    expect(searches.map(({ cursor }) => cursor)).toEqual([undefined, '100', '200']);
    expect(new Set(searches.map(({ from }) => from)).size).toBe(1);
  });

  it('says how far the search has come while there is nothing, and goes on by itself', async () => {
    const days = ['2026-11-21', '2026-11-20', '2026-11-19'];
    const answers = days.map((day, i) => ({
      items: [],
      next: String(i + 1),
      searchedThrough: `${day}T00:00:00.000Z`,
    }));
    const held = Promise.withResolvers<void>();
    api().answer('listHistory', async ({ query }) => {
      const page = Number(query.get('cursor') ?? 0);
      if (page === 2) await held.promise;
      return { body: answers[page] ?? { items: CHRONICLE.slice(0, 1) } };
    });
    const page = await open('/audit?range=30d');
    await page.getByText('Searching: 0 rows so far, back to 2026-11-20 00:00:00 UTC…').waitFor();
    held.resolve();
    await page.getByText('All 1 row, newest first').waitFor();
    expect(asked('/history').map(({ cursor }) => cursor)).toEqual([undefined, '1', '2', '3']);
  });

  it('can be left at that, and gone on with', async () => {
    let isHeld = true;
    api().answer('listHistory', async ({ query }) => {
      const page = Number(query.get('cursor') ?? 0);
      if (page === 1 && isHeld) await new Promise(() => undefined);
      return {
        body:
          page === 0
            ? { items: [], next: '1', searchedThrough: '2026-11-21T00:00:00.000Z' }
            : { items: CHRONICLE.slice(0, 2) },
      };
    });
    const page = await open('/audit?range=30d');
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Nothing yet, back to 2026-11-21 00:00:00 UTC.').waitFor();
    isHeld = false;
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText('All 2 rows').waitFor();
  });

  it('does not go on for ever', async () => {
    api().answer('listHistory', ({ query }) => {
      const next = Number(query.get('cursor') ?? 0) + 1;
      return { body: { items: [], next: String(next), searchedThrough: at(-next * 60) } };
    });
    const page = await open('/audit?range=30d');
    await page.getByRole('button', { name: 'Go on' }).waitFor();
    expect(asked('/history')).toHaveLength(25);
  });

  it('may be nothing', async () => {
    rows = [];
    const page = await open('/audit?severity=info');
    await page.getByRole('heading', { name: 'Nothing was recorded' }).waitFor();
    await page.getByText('No row of the history has all that the filters ask for.').waitFor();
    expect(await table(page).count()).toBe(0);
  });

  it('may not be known, and can be asked for again', async () => {
    api().answer('listHistory', () => problem(503, 'unavailable', 'The history cannot be read for now'));
    const page = await open('/audit', { mayComplain: /Failed to load resource/ });
    await page.getByRole('alert').getByText('The history cannot be read for now').waitFor();
    api().answer(
      'listHistory',
      history(() => rows),
    );
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('All 12 rows').waitFor();
  });

  it('is kept when what comes after it cannot be read', async () => {
    api().answer(
      'listHistory',
      history(() => rows, 5),
    );
    const page = await open('/audit', { mayComplain: /Failed to load resource/ });
    await page.getByRole('button', { name: 'Load more' }).waitFor();
    api().goAway(true);
    await page.getByRole('button', { name: 'Load more' }).click();
    await page.getByText('The API cannot be reached').first().waitFor();
    expect(await rowCount(page)).toBe(5);
    api().goAway(false);
    await page.getByRole('button', { name: 'Try again' }).last().click();
    await page.getByText('10 rows').waitFor();
  });

  it('is for those who have the role', async () => {
    const words = 'You need the role reader (ota-watch-reader)';
    api().answer('listHistory', () => problem(403, 'forbidden', words));
    const page = await open('/audit', { mayComplain: /Failed to load resource/ });
    await page.getByRole('heading', { name: 'You may not read the history' }).waitFor();
    await page.getByText(words).waitFor();
  });

  it('can be seen as it is stored, which the address says', async () => {
    const [, breach = aRow()] = CHRONICLE;
    const page = await open();
    await page.getByRole('button', { name: `${breach.eventId} as it is stored` }).click();
    const json = page.getByRole('region', { name: `JSON of ${breach.eventId}` });
    expect(JSON.parse(await json.innerText())).toEqual(breach);
    expect(queryOf(page)).toEqual({ row: breach.eventId });
    await page.reload();
    await json.waitFor();
    await page.getByRole('button', { name: `${breach.eventId} as it is stored` }).click();
    await json.waitFor({ state: 'detached' });
    expect(queryOf(page)).toEqual({});
  });

  it('leads to the task', async () => {
    const page = await open('/audit', { mayComplain: /Failed to load resource/ });
    await page.getByRole('link', { name: 'ota-e6b30d94c1' }).first().click();
    await page.waitForURL('**/tasks/ota-e6b30d94c1');
  });

  it('is text, whatever it holds', async () => {
    const rule = { id: HOSTILE, kind: HOSTILE, severity: 'error', description: HOSTILE } as const;
    rows = [
      aRow({ detailType: 'OTA Task Threshold Breached', description: HOSTILE, rule, summary: HOSTILE }),
      aRow({
        sequence: 2,
        detailType: 'OTA Task Event Set Aside',
        errorCode: HOSTILE,
        errorMessage: HOSTILE,
      }),
      aRow({ sequence: 3, detailType: 'OTA Task Configuration Changed', configurationId: HOSTILE }),
      aRow({
        sequence: 4,
        detailType: 'OTA Task Status Changed',
        status: HOSTILE,
        previousStatus: HOSTILE,
        inferredCause: HOSTILE,
      }),
    ];
    const page = await open('/audit?row=ota-7f3a91c2d4:1');
    await page.getByText('All 4 rows').waitFor();
    await page.getByRole('button', { name: 'Verify all' }).click();
    await page.getByText('all intact').waitFor();
    // The description, what happened, and a status.
    expect(await page.getByText(HOSTILE, { exact: true }).count()).toBe(3);
    expect(await page.locator('main img, main script').count()).toBe(0);
    expect(await page.evaluate('window.pwned')).toBe(undefined);
  });
});

describe('an export', () => {
  const CSV = [
    'observedAt,taskId,what\r\n2026-11-22,t1,"a\nb"\r\n',
    "2026-11-22,t2,'=1+1\r\n",
    '2026-11-22,é,x\r\n',
  ];
  const JSONL = ['{"taskId":"t1","a":1.10}\n', '{"taskId":"t2"}\n', '{"taskId":"é"}\n'];

  /** Serves a file in parts, as `/export` does. */
  function exportOf(
    parts: readonly string[],
    contentType: string,
    refuse: (part: number) => ApiReply | undefined,
  ) {
    api().answer('exportHistory', ({ query }) => {
      const part = Number(query.get('cursor') ?? 0);
      const link = `</export?cursor=${part + 1}>; rel="next"`;
      return (
        refuse(part) ?? {
          contentType,
          body: parts[part],
          headers: part + 1 < parts.length ? { link } : {},
        }
      );
    });
  }

  /** Downloads, as browsers do that cannot write to files. */
  async function download(page: Page, name: string): Promise<Download> {
    await page.evaluate('window.showSaveFilePicker = undefined');
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name, exact: true }).click();
    return downloading;
  }

  it.each([
    ['CSV', 'csv', 'text/csv', CSV],
    ['JSON Lines', 'jsonl', 'application/jsonl', JSONL],
  ] as const)('is what was served, part after part: %s', async (name, format, contentType, parts) => {
    exportOf(parts, contentType, () => undefined);
    const page = await open('/audit?range=custom&from=2026-11-22T05:30:00Z&type=status');
    const file = await download(page, name);
    expect(file.suggestedFilename()).toMatch(
      new RegExp(`^ota-watch-history-2026-11-22T1200\\d\\dZ\\.${format}$`),
    );
    expect(await readFile(await file.path(), 'utf8')).toBe(parts.join(''));
    const size = Buffer.byteLength(parts.join(''));
    await page.getByText(`3 rows, ${size} bytes`).waitFor();
    const query = { format, from: '2026-11-22T05:30:00.000Z', type: 'OTA Task Status Changed' };
    expect(asked('/export')).toEqual([query, { ...query, cursor: '1' }, { ...query, cursor: '2' }]);
  });

  it('goes to the file as it comes, where the browser can do that', async () => {
    exportOf(CSV, 'text/csv', () => undefined);
    const page = await open();
    const folder = 'navigator.storage.getDirectory()';
    await page.evaluate(
      `window.showSaveFilePicker = async ({ suggestedName }) => (await ${folder}).getFileHandle(suggestedName, { create: true })`,
    );
    await page.getByRole('button', { name: 'CSV' }).click();
    await page.getByText('3 rows').waitFor();
    const name = await page.locator('.audit-good code').innerText();
    const written = await page.evaluate(
      `(async () => (await (await (await ${folder}).getFileHandle('${name}')).getFile()).text())()`,
    );
    expect(written).toBe(CSV.join(''));
  });

  it('can be left alone before it begins', async () => {
    const page = await open();
    await page.evaluate(
      `window.showSaveFilePicker = () => Promise.reject(new DOMException('no', 'AbortError'))`,
    );
    await page.getByRole('button', { name: 'CSV' }).click();
    await page.getByText('All 12 rows').waitFor();
    expect(asked('/export')).toEqual([]);
    expect(await page.getByRole('button', { name: 'CSV' }).isEnabled()).toBe(true);
  });

  it('tells how far it is, and can be stopped', async () => {
    api().answer('exportHistory', async ({ query }) => {
      if (query.has('cursor')) await new Promise(() => undefined);
      return { contentType: 'text/csv', body: CSV[0], headers: { link: '</export?cursor=1>; rel="next"' } };
    });
    const page = await open();
    await page.evaluate('window.showSaveFilePicker = undefined');
    await page.getByRole('button', { name: 'CSV' }).click();
    await page.getByRole('progressbar', { name: /^Exporting ota-watch-history/ }).waitFor();
    await page.getByText('1 row, 45 bytes').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped after 1 row, 45 bytes. Nothing of it is kept.').waitFor();
  });

  it('goes on from where it failed', async () => {
    let isFailing = true;
    exportOf(CSV, 'text/csv', (part) =>
      part === 1 && isFailing ? problem(400, 'bad-request', 'The cursor is too old') : undefined,
    );
    const page = await open('/audit', { mayComplain: /Failed to load resource/ });
    await page.evaluate('window.showSaveFilePicker = undefined');
    await page.getByRole('button', { name: 'CSV' }).click();
    await page.getByText('The export failed after 1 row, 45 bytes.').waitFor();
    await page.getByText('The cursor is too old').waitFor();
    isFailing = false;
    // Whoever wants another file, and then none after all, still has this one.
    await page.evaluate(
      `window.showSaveFilePicker = () => Promise.reject(new DOMException('no', 'AbortError'))`,
    );
    await page.getByRole('button', { name: 'JSON Lines' }).click();
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Try again from there' }).click();
    expect(await readFile(await (await downloading).path(), 'utf8')).toBe(CSV.join(''));
  });

  it('is not for those who may only read, and says so', async () => {
    api().answer('getHealth', health({}, ['reader']));
    const page = await open();
    await page.getByText('Needs the role exporter, which your sign-in does not have.').waitFor();
    for (const name of ['CSV', 'JSON Lines'])
      expect(await page.getByRole('button', { name, exact: true }).isEnabled()).toBe(false);
  });
});

describe('a verification', () => {
  const verifyAll = (page: Page) => page.getByRole('button', { name: 'Verify all' }).click();
  const audited = () =>
    api()
      .requests.flatMap((request) => /^\/audit\/([^ ?]+)/.exec(request)?.[1] ?? [])
      .sort();

  it('checks the tasks of the range and those of the overview, each once', async () => {
    rows = [
      aRow({ taskId: 'ota-past', detailType: 'OTA Task Tracking Stopped', minute: -600 }),
      ...CHRONICLE,
    ];
    const page = await open();
    await verifyAll(page);
    await page.getByText('12 tasks, 1,200 rows: all intact').waitFor();
    expect(audited()).toEqual([...FLEET.map(({ taskId }) => taskId), 'ota-past'].sort());
  });

  it('checks one task, where only one is asked for', async () => {
    const page = await open('/audit?task=ota-60d1c7f254');
    await page.getByRole('button', { name: 'Verify this task' }).click();
    await page.getByText('1 task, 100 rows: all intact').waitFor();
    expect(audited()).toEqual(['ota-60d1c7f254']);
  });

  it('is not taken for one of another time', async () => {
    const page = await open();
    await verifyAll(page);
    const verdict = page.getByText('all intact');
    await verdict.waitFor();
    await page.getByRole('checkbox', { name: 'critical' }).check();
    await page.getByText('All 1 row').waitFor();
    expect(await verdict.isVisible()).toBe(true);
    await page.getByRole('radio', { name: '7 days' }).check();
    await verdict.waitFor({ state: 'detached' });
  });

  it('says which are broken, and which could not be checked', async () => {
    let isFailing = true;
    api().answer('auditTask', ({ taskId }) => {
      if (taskId === 'ota-c81d5520b7' && isFailing)
        return problem(404, 'not-found', 'Nothing is known of it');
      const problems: ChainReport['problems'] = [
        { sequence: 17, kind: 'hash', message: 'The row is not what was hashed' },
        { sequence: 18, kind: 'link', message: 'The row does not continue the one before it' },
      ];
      return {
        body: report(taskId, taskId === 'ota-60d1c7f254' ? { verdict: 'broken', problems } : {}),
      };
    });
    const page = await open('/audit', { mayComplain: /Failed to load resource/ });
    await verifyAll(page);
    await page.getByText('10 tasks, 1,000 rows: 1 broken, 9 intact').waitFor();
    const panel = page.getByRole('region', { name: 'Verify' });
    expect(await panel.getByRole('listitem').allInnerTexts()).toEqual([
      'ota-60d1c7f254 row 17: The row is not what was hashed · row 18: The row does not continue the one before it',
      'ota-c81d5520b7 Nothing is known of it',
    ]);
    expect(await panel.getByRole('link', { name: 'ota-60d1c7f254' }).getAttribute('href')).toBe(
      '/tasks/ota-60d1c7f254',
    );
    isFailing = false;
    await page.getByRole('button', { name: 'Check these again' }).click();
    await page.getByText('11 tasks, 1,100 rows: 1 broken, 10 intact').waitFor();
    expect(audited()).toHaveLength(12);
  });

  it('says which are incomplete, calmly', async () => {
    const problems: ChainReport['problems'] = [
      { sequence: 4, kind: 'gap', message: 'Row 3 is missing; perhaps expired.' },
    ];
    api().answer('auditTask', ({ taskId }) => ({
      body: report(taskId, { verdict: 'incomplete', problems }),
    }));
    const page = await open('/audit?task=ota-60d1c7f254');
    await page.getByRole('button', { name: 'Verify this task' }).click();
    await page.getByText('1 task, 100 rows: 1 incomplete, 0 intact').waitFor();
    expect(await page.locator('.audit-verdict.audit-partial').count()).toBe(1);
    await page.getByText('Incomplete: 1 task').waitFor();
    await page.getByText('row 4: Row 3 is missing; perhaps expired.').waitFor();
  });

  it('tries again what fails for a moment', async () => {
    const failures = new Map<string, number>();
    api().answer('auditTask', ({ taskId }) => {
      const before = failures.get(taskId) ?? 0;
      failures.set(taskId, before + 1);
      return before < 2 ? problem(503, 'unavailable', 'Not now') : { body: report(taskId) };
    });
    const page = await open('/audit?task=ota-60d1c7f254', { mayComplain: /Failed to load resource/ });
    await page.getByRole('button', { name: 'Verify this task' }).click();
    await page.getByText('0 of 1 task').waitFor();
    await page.clock.runFor(3_000);
    await page.getByText('1 task, 100 rows: all intact').waitFor();
    expect(failures.get('ota-60d1c7f254')).toBe(3);
  });

  it('tells how far it is, and can be stopped', async () => {
    let answered = 0;
    api().answer('auditTask', async ({ taskId }) => {
      answered += 1;
      if (answered > 5) await new Promise(() => undefined);
      return { body: report(taskId) };
    });
    const page = await open();
    await verifyAll(page);
    await page.getByText('5 of 11 tasks, 500 rows').waitFor();
    const progress = page.getByRole('progressbar', { name: 'Tasks checked' });
    expect([await progress.getAttribute('value'), await progress.getAttribute('max')]).toEqual(['5', '11']);
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped after 5 of 11 tasks, 500 rows: all intact so far').waitFor();
    expect(await progress.count()).toBe(0);
  });

  it('says what it does not prove', async () => {
    api().answer('auditTask', ({ taskId }) => ({
      body: report(taskId, { beginsAtFirst: false, end: 'unknown' }),
    }));
    const page = await open('/audit?task=ota-60d1c7f254');
    await page.getByRole('button', { name: 'Verify this task' }).click();
    await page.getByText('Of 1 task, older rows have expired').waitFor();
    await page.getByText('Of 1 task, the last row is no longer known').waitFor();
  });

  it('may find no tasks to check', async () => {
    api().answer('listTasks', () => problem(403, 'forbidden', 'You need the role reader'));
    const page = await open('/audit', { mayComplain: /Failed to load resource/ });
    await verifyAll(page);
    await page.getByText('The tasks could not be found. You need the role reader').waitFor();
  });
});

describe('everybody can use it', () => {
  it.each([
    ['light', {}],
    ['dark', DARK],
    ['light, on a phone', PHONE],
    ['dark, on a phone', { ...PHONE, ...DARK }],
  ] as const)('axe finds nothing serious in %s', async (_, options) => {
    api().answer('getHealth', health({}, ['reader']));
    api().answer('auditTask', ({ taskId }) => ({
      body: report(
        taskId,
        taskId === 'ota-60d1c7f254'
          ? { verdict: 'broken', problems: [{ sequence: 17, kind: 'hash', message: 'Changed.' }] }
          : {},
      ),
    }));
    const page = await open(
      '/audit?range=custom&from=2026-11-22T05:00:00Z&severity=critical,error&row=ota-7f3a91c2d4:31',
      options,
    );
    await page.getByRole('region', { name: 'JSON of ota-7f3a91c2d4:31' }).waitFor();
    await page.getByRole('button', { name: 'Verify all' }).click();
    await page.getByText('1 broken').waitFor();
    expect(await seriousViolations(page)).toEqual([]);
  });

  it.each(['', '?range=custom&from=2026-11-22T05:00:00Z&row=ota-7f3a91c2d4:31'])(
    'nothing has to be scrolled to the side on a phone: /audit%s',
    async (query) => {
      rows = [aRow({ description: 'w'.repeat(300), configurationId: 'w'.repeat(300) }), ...CHRONICLE];
      const page = await open(`/audit${query}`, PHONE);
      await table(page).waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    },
  );

  it('all of it can be done by keyboard', async () => {
    const page = await open();
    await page.getByText('All 12 rows').waitFor();
    await page.getByRole('radio', { name: '24 hours' }).focus();
    await page.keyboard.press('ArrowLeft');
    await page.waitForURL('**/audit?range=1h');
    await page.getByText('All 8 rows').waitFor();
    await page.getByRole('checkbox', { name: 'Breaches' }).focus();
    await page.keyboard.press('Space');
    await page.waitForURL('**/audit?range=1h&type=breached');
    expect(await page.evaluate('document.activeElement.checked')).toBe(true);
    await page.getByText('All 4 rows').waitFor();
    await page.getByRole('button', { name: 'ota-7f3a91c2d4:31 as it is stored' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'JSON of' }).waitFor();
    expect(await page.evaluate('document.activeElement.ariaExpanded')).toBe('true');
  });
});

describe('how it looks', () => {
  it.each([
    ['dashboard-audit', {}],
    ['dashboard-audit-dark', DARK],
  ] as const)('%s', async (name, options) => {
    const page = await open('/audit', options);
    await page.getByRole('button', { name: 'Verify all' }).click();
    await page.getByText('all intact').waitFor();
    await page.mouse.move(0, 0);
    await takePicture(page, name);
  });
});
