import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compactPng } from './compact-png.ts';
import { HOSTILE, hostileMessage, plainMessage } from './messages.ts';
import { type Posted, type Scene, startScene } from './scene.ts';
import { CHANNEL, SENSORS, START, tellEvents, tellStory } from './story.ts';
import { launchChromium, type Visitor, visit } from './visitor.ts';

const CONTRAST = readFileSync(path.join(import.meta.dirname, 'contrast.js'), 'utf8');
const IMAGES = path.resolve(import.meta.dirname, '../../docs/images');
/** A blank page is smaller, and the pictures in the documentation are not to be greater. */
const [MIN_IMAGE_BYTES, MAX_IMAGE_BYTES] = [20_000, 200_000];

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

let scene: Scene;
let sensors: Posted;
let visitors: Visitor[];
beforeEach(async () => {
  visitors = [];
  scene = await startScene(START);
  sensors = await tellStory(scene);
});
afterEach(async () => {
  const complaints = visitors.flatMap((visitor) => visitor.complaints);
  await Promise.all(visitors.map(({ page }) => page.context().close()));
  await scene.close();
  expect(complaints).toEqual([]);
});

async function open(options?: BrowserContextOptions, url = scene.url): Promise<Page> {
  const visitor = await visit(browser, url, options);
  visitors.push(visitor);
  return visitor.page;
}

const messageOf = (page: Page, title: string) =>
  page
    .locator('.messages > .message')
    .filter({ has: page.getByRole('heading', { name: title, exact: true }) });
const textsOf = async (page: Page, selector: string) =>
  (await page.locator(selector).allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim());

describe('what is shown', () => {
  it('is complete without scripts', async () => {
    const page = await open({ javaScriptEnabled: false });
    expect(await textsOf(page, '.channels a')).toEqual(['#ota-rollouts', '#locks-oncall']);
    expect(await textsOf(page, '.messages > .message .block-header')).toEqual([
      'spring-thermostats',
      'door-locks',
      expect.stringMatching(/^6 rollouts/),
      'window-sensors',
    ]);
    expect(await textsOf(page, '.incident .badges')).toEqual([
      'Triggered Error firmware 12:04:40',
      'Resolved Critical locks 12:02:10',
      'Resolved Warning locks 12:01:40',
    ]);
    expect(await textsOf(page, '.timeline .meta')).toEqual([
      'locks 12:02:40',
      'firmware 12:01:00',
      'firmware 12:00:30',
    ]);
    expect(await page.getByRole('status').innerText()).toBe('5 messages · 7 replies · 1 open incident');
  });

  it('marks what was edited, and says how often', async () => {
    const page = await open();
    expect(await messageOf(page, 'window-sensors').locator('.edited').innerText()).toBe('(edited) once');
    expect(await messageOf(page, 'door-locks').locator('.edited').innerText()).toBe('(edited) 5 times');
    expect(await page.locator('.messages > .message > .body > .edited').count()).toBe(3);
  });

  it('has broadcast replies in the channel, with a way to the thread', async () => {
    const page = await open();
    expect(await textsOf(page, '.messages > .message .replied')).toEqual([
      'replied to a thread: door-locks',
      'replied to a thread: door-locks',
      'replied to a thread: window-sensors',
    ]);
    await page.locator('.replied a').first().click();
    expect(await page.locator('.message:target .block-header').innerText()).toBe('door-locks');
  });

  it('opens a thread with the keyboard', async () => {
    const page = await open();
    const thread = messageOf(page, 'door-locks').locator('.thread');
    expect(await thread.locator('.message').first().isVisible()).toBe(false);
    await thread.locator('summary').focus();
    await page.keyboard.press('Enter');
    expect(await textsOf(page, '.thread[open] .message strong')).toEqual([
      expect.stringContaining('Warning'),
      expect.stringContaining('Critical'),
      expect.stringContaining('Canceled'),
      expect.stringContaining('abort-criteria:failed:50'),
      expect.stringContaining('abort-criteria:failed:100'),
    ]);
  });

  it('goes to another channel', async () => {
    const page = await open();
    await page.getByRole('link', { name: 'locks-oncall' }).click();
    await page.getByRole('heading', { level: 3, name: '#locks-oncall' }).waitFor();
    expect(await page.locator('.channels [aria-current=page]').innerText()).toBe('#locks-oncall');
    expect(await textsOf(page, '.message .block-header')).toEqual(['door-locks']);
  });

  it('has the details and the log of an incident', async () => {
    const page = await open();
    const incident = page.locator('.incident.resolved').last();
    await incident.getByText('Details and log').click();
    expect(await incident.getByText('ota-watch:doorLocks:abort-criteria:failed:50').isVisible()).toBe(true);
    expect(await textsOf(page, 'details[open] .log li')).toEqual([
      '12:01:40 trigger door-locks: 6 of 41 things that received the task have failed (14.63 %, limit 10 %).',
      '12:03:10 resolve',
    ]);
  });

  it('has no markup of others', async () => {
    await scene.post(CHANNEL, hostileMessage());
    const page = await open();
    const message = messageOf(page, HOSTILE);
    expect(await message.locator('.text').allInnerTexts()).toEqual([
      `${HOSTILE} &lt;b&gt; do not click`,
      HOSTILE,
    ]);
    expect(await page.locator('main :is(script, img, iframe, style)').count()).toBe(0);
    expect(await page.evaluate('typeof window.pwned')).toBe('undefined');
    const links = await page.locator('a').evaluateAll((all) => all.map((link) => link.getAttribute('href')));
    expect(links.filter((href) => !/^(https?:\/\/|\/inbox\?channel=|#)/.test(href ?? ''))).toEqual([]);
  });
});

describe('what happens meanwhile', () => {
  it('appears: a message, an edit, an incident that is resolved', async () => {
    const page = await open();
    await scene.post(CHANNEL, plainMessage('All *quiet* again'));
    await page.getByText('All quiet again').waitFor();
    await tellEvents(scene, 'firmware', sensors, SENSORS, 2);
    await messageOf(page, 'window-sensors').getByText('(edited) 2 times').waitFor();
    await page.getByRole('status').getByText('6 messages · 8 replies · 0 open incidents').waitFor();
    expect(await page.locator('.incident.resolved').count()).toBe(3);
  });

  it('leaves open what is open, and where it is what was scrolled', async () => {
    const page = await open();
    const thread = messageOf(page, 'door-locks').locator('.thread');
    await thread.locator('summary').click();
    await page.locator('.incident').last().getByText('Details and log').click();
    const messages = page.getByRole('region', { name: 'Messages' });
    await messages.evaluate((element) => element.scrollTo({ top: 120 }));
    await scene.reply(sensors, plainMessage('Again'), true);
    await page.getByText('2 replies').waitFor();

    expect(await messages.evaluate((element) => element.scrollTop)).toBe(120);
    expect(await thread.locator('.message').last().isVisible()).toBe(true);
    expect(await page.locator('.incident').last().locator('.log').isVisible()).toBe(true);
    expect(await page.evaluate('document.activeElement.innerText')).toBe('Details and log');
  });

  it('is followed by whoever has read to the end', async () => {
    const page = await open();
    await scene.post(CHANNEL, plainMessage('The newest'));
    await page.getByText('The newest').waitFor();
    const messages = page.getByRole('region', { name: 'Messages' });
    const left = await messages.evaluate(
      ({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight,
    );
    expect(left).toBeLessThan(2);
  });
});

describe('everybody can read it', () => {
  it.each(['light', 'dark'] as const)('has contrast enough in %s', async (colorScheme) => {
    const page = await open({ colorScheme });
    for (const summary of await page.locator('summary').all()) await summary.click();
    const { checked, faint } = await page.evaluate<{ checked: number; faint: string[] }>(CONTRAST);
    expect(faint).toEqual([]);
    expect(checked).toBeGreaterThan(100);
  });

  it('has landmarks, headings in order, and names for what can be operated', async () => {
    const page = await open();
    for (const role of ['banner', 'main', 'navigation'] as const)
      expect(await page.getByRole(role).count()).toBe(1);
    expect(await page.getByRole('region', { name: 'Slack', exact: true }).count()).toBe(1);
    expect(await page.getByRole('region', { name: 'PagerDuty', exact: true }).count()).toBe(1);
    expect(await page.getByRole('status').getAttribute('aria-live')).toBe('polite');
    const levels = await page
      .locator(':is(h1, h2, h3, h4, h5):visible')
      .evaluateAll((all) => all.map(({ nodeName }) => Number(nodeName.slice(1))));
    expect(levels.filter((level, i) => level > (levels[i - 1] ?? 0) + 1)).toEqual([]);
    const names = await page
      .locator('a, summary, [role=region]')
      .evaluateAll((all) => all.map((element) => element.getAttribute('aria-label') ?? element.textContent));
    expect(names.filter((name) => name.trim() === '')).toEqual([]);
    const ids = await page.locator('[id]').evaluateAll((all) => all.map(({ id }) => id));
    expect(ids).toEqual([...new Set(ids)]);
  });

  it('needs no scrolling to the side on a telephone', async () => {
    await scene.post(CHANNEL, plainMessage(`\`${'w'.repeat(300)}\` ${'w'.repeat(300)}`));
    const page = await open({ viewport: { width: 390, height: 844 } });
    for (const summary of await page.locator('summary').all()) await summary.click();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  });
});

describe('how it looks', () => {
  it.each(['light', 'dark'] as const)('in %s', async (colorScheme) => {
    const page = await open({ colorScheme });
    await messageOf(page, 'window-sensors').getByText('1 reply').click();
    await messageOf(page, 'window-sensors').evaluate((element) => element.scrollIntoView());
    await page.mouse.move(0, 0);
    const image = await page.screenshot();
    expect(image.length).toBeGreaterThan(MIN_IMAGE_BYTES);
    if (process.env.UPDATE_SCREENSHOTS !== '1') return;
    const compact = compactPng(image);
    expect(compact.length).toBeLessThan(MAX_IMAGE_BYTES);
    writeFileSync(path.join(IMAGES, `inbox-${colorScheme}.png`), compact);
  });
});
