import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import type { TaskView } from '../../../lib/domain/fleet/view.ts';
import { counts, MINUTE, NOON } from '../../support/builders.ts';
import { HOSTILE } from '../messages.ts';
import { FLEET } from './fleet.ts';
import { aBreach, aRollout, at, health, taskList } from './scene.ts';
import { eventually, setStage, takePicture } from './stage.ts';
import { DARK, PHONE, seriousViolations } from './visit.ts';

const POLL_MS = 4_000;

let rollouts: readonly TaskView[];
beforeEach(() => {
  rollouts = FLEET;
});
const { api, open } = setStage((stageApi) => {
  stageApi.answer(
    'listTasks',
    taskList(() => rollouts),
  );
  stageApi.answer('getHealth', health());
});

const rows = (page: Page) => page.locator('tr.fleet-row');
const rowOf = (page: Page, name: string) => rows(page).filter({ hasText: name });
// Rows that nobody sees are not laid out, and what is not laid out has no inner text.
const names = (page: Page) => page.locator('.cell-name > a').allTextContents();
const search = (page: Page) => new URL(page.url()).search;
const sortOf = (page: Page, name: string) =>
  page.getByRole('columnheader', { name }).getAttribute('aria-sort');
const cellsOf = async (page: Page, name: string) =>
  (await rowOf(page, name).locator('th, td').allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim());

/** Waits until exactly these rollouts are shown. */
async function shown(page: Page, expected: readonly string[]): Promise<void> {
  await eventually(() => names(page)).toEqual(expected);
}

/** So many rollouts without trouble. */
function many(count: number): readonly TaskView[] {
  return Array.from({ length: count }, (_, i) => {
    const number = String(i).padStart(4, '0');
    return aRollout({ taskId: `task-${number}`, description: `rollout ${number}` });
  });
}

const changed = (all: readonly TaskView[], taskId: string, change: Partial<TaskView>) =>
  all.map((rollout) => (rollout.taskId === taskId ? { ...rollout, ...change } : rollout));

const ALL = [
  'door-locks 4.2.1',
  'leak-sensors, second attempt',
  'window-sensors 2.9',
  'garage-openers 1.8.0',
  'radiator-valves',
  'roof-windows',
  'spring-thermostats',
  'hall-lights',
  'shutters',
  'ota-b7719e03d8',
  'autumn-thermostats',
];

describe('what is shown', () => {
  it('is every rollout, trouble first', async () => {
    const page = await open('/');
    await shown(page, ALL);
    expect(await page.title()).toBe('Rollouts · ota-watch');
    expect(await sortOf(page, 'Trouble')).toBe('descending');
    expect(await page.locator('.summary').innerText()).toMatch(
      /11 rollouts\s+1 critical\s+2 error\s+2 warning\s+1 info/,
    );
  });

  it('has the numbers of each', async () => {
    const page = await open('/');
    await rows(page).first().waitFor();
    await page.clock.pauseAt(NOON + MINUTE);
    await eventually(() => cellsOf(page, 'door-locks')).toEqual([
      'door-locks 4.2.1 ota-7f3a91c2d4 2 undelivered',
      '1 critical 1 warning',
      'in progress',
      '301 of 1,986 succeeded',
      '20 %',
      '99 19.96 %',
      '12.4/min',
      '1 h 31 min',
      'in 2 h 7 min 14:08 UTC',
      '',
    ]);
    expect(await cellsOf(page, 'shutters')).toEqual([
      'shutters ota-8ac4470b25',
      '– none',
      'scheduled start in 9 h 59 min',
      '0 of 1,200 succeeded',
      '0 %',
      '0',
      '– not known',
      '16 min',
      '– not known',
      '',
    ]);
    expect(await rowOf(page, 'leak-sensors').locator('.flag').innerText()).toBe('unreadable');
    expect(await rowOf(page, 'door-locks').getByRole('img').getAttribute('aria-label')).toBe(
      '1,986 things: 301 succeeded, 96 in progress, 1,490 queued, 83 failed, 12 timed out, 4 rejected',
    );
    expect(await rowOf(page, 'door-locks').locator('.badges').getAttribute('title')).toBe(
      [
        'critical: abort-criteria:failed:100, 21.57 %, limit 20 % (11 of 51)',
        'warning: abort-criteria:failed:50, 14.63 %, limit 10 % (6 of 41)',
      ].join('\n'),
    );
  });

  it('does not say of one in a million that there is none', async () => {
    rollouts = [
      aRollout({ counts: counts({ queued: 1, succeeded: 999_998, failed: 1 }), ratePerMinute: 12_345.6 }),
    ];
    const page = await open('/');
    await eventually(() => rows(page).first().locator('.cell-failed').innerText()).toMatch(/1\s+< 0.01 %/);
    expect(await rows(page).first().locator('.cell-rate').innerText()).toBe('12,346/min');
    await page.getByRole('button', { name: 'Details of' }).click();
    expect(await page.locator('.thing-list > div').nth(3).innerText()).toMatch(/^\s*failed\s+1\s+< 0.01 %$/);
  });

  it('opens to the exact numbers', async () => {
    const page = await open('/');
    await page.getByRole('button', { name: 'Details of window-sensors 2.9' }).click();
    const details = page.locator('tr.fleet-details');
    expect(await details.locator('.breach-list li').allInnerTexts()).toEqual([
      expect.stringMatching(
        /error\s+failing-fast\s+64 things, limit 50 things\s+since 2026-11-22 11:53:00 UTC/,
      ),
      expect.stringMatching(/warning\s+slow\s+41\.2 %, limit 50 % \(41 of 100\)\s+since/),
    ]);
    expect(
      (await details.locator('.thing-list > div').allInnerTexts()).map((text) => text.split(/\s*\n\s*/)),
    ).toEqual([
      ['succeeded', '33,180', '83.98 %'],
      ['in progress', '410', '1.04 %'],
      ['queued', '5,200', '13.16 %'],
      ['failed', '610', '1.54 %'],
      ['timed out', '96', '0.24 %'],
      ['rejected', '0', '0 %'],
      ['canceled', '0', '0 %'],
      ['removed', '12', '0.03 %'],
    ]);
  });

  it('has text of others as text', async () => {
    rollouts = [
      aRollout({
        taskId: 'task1',
        description: HOSTILE,
        status: HOSTILE,
        configurationId: HOSTILE,
        breaches: [aBreach({ rule: HOSTILE })],
      }),
    ];
    const page = await open('/');
    await page.getByRole('button', { name: 'Details of' }).click();
    expect(await names(page)).toEqual([HOSTILE]);
    expect(await page.locator('.breach-list code').innerText()).toBe(HOSTILE);
    expect(await page.locator('main :is(script, img, iframe, style)').count()).toBe(0);
    expect(await page.evaluate('typeof window.pwned')).toBe('undefined');
    await page.getByRole('link', { name: HOSTILE, exact: true }).last().click();
    await eventually(() => new URL(page.url()).searchParams.get('configurationId')).toBe(HOSTILE);
    expect(await names(page)).toEqual([HOSTILE]);
  });
});

describe('filters and sorting', () => {
  it('are in the address, and the way back leads through them', async () => {
    const page = await open('/');
    await rows(page).first().waitFor();
    await page.getByRole('checkbox', { name: 'error' }).check();
    await shown(page, ['leak-sensors, second attempt', 'window-sensors 2.9']);
    await page.getByRole('button', { name: 'Failed' }).click();
    await shown(page, ['window-sensors 2.9', 'leak-sensors, second attempt']);
    expect(search(page)).toBe('?severity=error&sort=failed');
    expect(await sortOf(page, 'Failed')).toBe('descending');
    await page.getByRole('button', { name: 'Failed' }).click();
    await shown(page, ['leak-sensors, second attempt', 'window-sensors 2.9']);
    expect(search(page)).toBe('?severity=error&sort=failed&order=asc');
    for (const before of ['?severity=error&sort=failed', '?severity=error', '']) {
      await page.goBack();
      expect(search(page)).toBe(before);
    }
    await shown(page, ALL);
    expect(await page.getByRole('checkbox', { name: 'error' }).isChecked()).toBe(false);
  });

  it('are taken from the address', async () => {
    const page = await open('/?state=ended&status=CANCELED,COMPLETED&q=WIND&sort=taskId&order=desc');
    await shown(page, ['roof-windows']);
    expect(await page.getByRole('radio', { name: 'Ended' }).isChecked()).toBe(true);
    expect(await page.getByRole('searchbox', { name: 'Search' }).inputValue()).toBe('WIND');
    expect(await page.locator('.menu summary').innerText()).toBe('Status: completed, canceled');
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await eventually(() => search(page)).toBe('?sort=taskId&order=desc');
    await eventually(() => page.getByRole('searchbox', { name: 'Search' }).inputValue()).toBe('');
  });

  it('searches while people type, as one step back', async () => {
    const page = await open('/');
    await rows(page).first().waitFor();
    const field = page.getByRole('searchbox', { name: 'Search' });
    await field.pressSequentially('sen');
    await shown(page, ['leak-sensors, second attempt', 'window-sensors 2.9']);
    await field.pressSequentially('sors 2');
    await shown(page, ['window-sensors 2.9']);
    expect(search(page)).toBe('?q=sensors+2');
    await page.goBack();
    await shown(page, ALL);
    expect(await field.inputValue()).toBe('');
  });

  it('choose among statuses with the keyboard', async () => {
    const page = await open('/');
    await rows(page).first().waitFor();
    await page.locator('.menu summary').focus();
    for (const key of ['Enter', 'Tab', 'Space']) await page.keyboard.press(key);
    await shown(page, ['shutters', 'ota-b7719e03d8']);
    await page.keyboard.press('Escape');
    expect(await page.locator('.menu-options').isVisible()).toBe(false);
    expect(await page.locator('.menu summary:focus').count()).toBe(1);
  });
});

describe('while rollouts go on', () => {
  it('touches only what has changed, of five hundred', async () => {
    rollouts = many(500);
    const page = await open('/');
    await eventually(() => rows(page).count()).toBe(500);
    await page.clock.pauseAt(NOON + MINUTE);
    await page.evaluate(`
      window.touched = [];
      new MutationObserver((records) => touched.push(...records.map(({ target }) =>
        target.parentElement.closest('tr')?.querySelector('a').textContent))
      ).observe(document.querySelector('table'), { subtree: true, childList: true, attributes: true, characterData: true });
    `);
    const succeeded = counts({ queued: 139, inProgress: 10, succeeded: 51 });
    rollouts = changed(rollouts, 'task-0250', { counts: succeeded });
    // A refresh that the pause found under way has the old numbers.
    await eventually(async () => {
      await page.clock.runFor(POLL_MS);
      return rowOf(page, 'rollout 0250').getByText('51 of 200 succeeded').count();
    }).toBe(1);
    const touched = await page.evaluate<string[]>('touched');
    expect(new Set(touched)).toEqual(new Set(['rollout 0250']));
    expect(touched.length).toBeLessThan(15);
    expect(await rowOf(page, 'rollout 0250').locator('.changed').textContent()).toBe('51 of 200 succeeded');
  });

  it('asks with the ETag, and says nothing where nothing has changed', async () => {
    const page = await open('/');
    const asked = () => api().requests.filter((request) => request.startsWith('/tasks'));
    await shown(page, ALL);
    await page.clock.runFor(POLL_MS);
    await eventually(() => asked().slice(0, 2)).toEqual(['/tasks?limit=500 → 200', '/tasks?limit=500 → 304']);
    expect(await page.locator('.changed').count()).toBe(0);
  });

  it('keeps the focus, what is open, and where one has scrolled to', async () => {
    rollouts = many(60);
    const page = await open('/');
    const button = page.getByRole('button', { name: 'Details of rollout 0040' });
    await button.click();
    const isFocused = async () => (await page.locator('.more[aria-expanded=true]:focus').count()) === 1;
    const top = () => button.evaluate((element) => element.getBoundingClientRect().top);
    const before = await top();
    rollouts = changed(rollouts, 'task-0001', { ratePerMinute: 1 });
    rollouts = changed(rollouts, 'task-0040', { ratePerMinute: 1 });
    await page.clock.runFor(POLL_MS);
    await rowOf(page, 'rollout 0040').getByText('1/min').waitFor();
    expect([await isFocused(), await top()]).toEqual([true, before]);
    rollouts = changed(rollouts, 'task-0040', { breaches: [aBreach()] });
    await page.clock.runFor(POLL_MS);
    await eventually(() => names(page).then(([first]) => first)).toBe('rollout 0040');
    expect([await isFocused(), await page.locator('.fleet-details').count()]).toEqual([true, 1]);
  });

  it('tells who does not see it of new breaches only', async () => {
    const page = await open('/');
    await shown(page, ALL);
    const news = page.locator('.overview > [role=status]');
    expect(await news.textContent()).toBe('');
    rollouts = changed(FLEET, 'ota-3390fd12ee', {
      breaches: [aBreach({ severity: 'critical', rule: 'failing', since: at(1) })],
    });
    await page.clock.runFor(POLL_MS);
    await eventually(() => news.textContent()).toBe('New breach: critical, hall-lights, failing.');
    expect(await news.textContent()).toBe('New breach: critical, hall-lights, failing.');
  });

  it('shows more than a page, and keeps it fresh', async () => {
    rollouts = many(620);
    const page = await open('/?sort=taskId');
    await page.getByText('500 of 620 shown').waitFor();
    await page.getByRole('button', { name: 'Show more' }).click();
    await eventually(() => rows(page).count()).toBe(620);
    expect(await page.getByRole('button', { name: 'Show more' }).count()).toBe(0);
    rollouts = changed(rollouts, 'task-0610', { status: 'CANCELED' });
    await page.clock.runFor(POLL_MS);
    await rowOf(page, 'rollout 0610').getByText('canceled').waitFor();
    expect(await rows(page).count()).toBe(620);
  });
});

describe('for everybody', () => {
  it.each([
    ['light', {}, ''],
    ['dark', DARK, '-dark'],
    ['on a telephone', PHONE, '-phone'],
  ] as const)('has nothing serious against it, %s', async (_, options, suffix) => {
    const page = await open('/', options);
    await shown(page, ALL);
    if (suffix === '') await page.getByRole('button', { name: 'Details of door-locks' }).click();
    await page.clock.pauseAt(NOON + MINUTE / 2);
    await page.mouse.move(0, 0);
    await takePicture(page, `dashboard-overview${suffix}`);
    await page.clock.resume();
    if (suffix !== '') for (const nth of [0, 3, 6]) await page.locator('.more').nth(nth).click();
    expect(await seriousViolations(page)).toEqual([]);
  });

  it('is a table to who hears it', async () => {
    rollouts = FLEET.slice(0, 1);
    const page = await open('/?q=locks');
    await rows(page).first().waitFor();
    expect(await page.getByRole('table', { name: 'Rollouts and how they stand' }).count()).toBe(1);
    expect(await page.getByRole('rowheader').allInnerTexts()).toEqual([
      expect.stringContaining('door-locks'),
    ]);
    expect(await page.getByRole('columnheader').allInnerTexts()).toEqual([
      'Rollout',
      'Trouble',
      'Status',
      'Things',
      'Done',
      'Failed',
      'Rate',
      'Age',
      'End',
      'Details',
    ]);
    expect(await page.getByRole('cell').count()).toBe(9);
  });

  it('goes by the keyboard from the head of the page to a rollout', async () => {
    const page = await open('/', { mayComplain: /404/ });
    await shown(page, ALL);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('To the content');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'door-locks 4.2.1' }).focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.locator('.fleet-details').count()).toBe(1);
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await eventually(() => new URL(page.url()).pathname).toBe('/tasks/ota-7f3a91c2d4');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
  });

  it.each([320, 1081, 1211])('needs no scrolling to the side at a width of %i', async (width) => {
    const page = await open('/', { viewport: { width, height: 800 } });
    await page.getByRole('button', { name: 'Details of door-locks 4.2.1' }).click();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    const ends = await page.locator('.segments').evaluate((segments) => {
      const last = segments.lastElementChild?.getBoundingClientRect().right ?? 0;
      return last <= segments.getBoundingClientRect().right;
    });
    expect(ends).toBe(true);
  });

  it('fits a telephone, and sorts there too', async () => {
    rollouts = [...FLEET, aRollout({ taskId: 'x'.repeat(200), description: 'w'.repeat(300) })];
    const page = await open('/', PHONE);
    await rows(page).first().waitFor();
    await page.getByRole('button', { name: 'Filter and sort' }).click();
    for (const button of await page.getByRole('button', { name: 'Details of' }).all()) await button.click();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    await page.getByRole('combobox', { name: 'Sort by' }).selectOption('Failed');
    await eventually(() => names(page).then(([first]) => first)).toBe('window-sensors 2.9');
    await page.getByRole('button', { name: 'Descending' }).click();
    await eventually(() => search(page)).toBe('?sort=failed&order=asc');
  });
});
