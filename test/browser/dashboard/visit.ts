import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { NOON } from '../../support/builders.ts';

/** The source of axe-core; what is evaluated from outside of the page is not subject to its Content-Security-Policy. */
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const PHONE: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
  deviceScaleFactor: 1,
};
export const DARK: BrowserContextOptions = { colorScheme: 'dark' };

/** A page, and what went wrong on it. */
export interface Visit {
  readonly page: Page;
  /** Errors of scripts, errors and warnings on the console, and requests of other origins. */
  readonly complaints: readonly string[];
}

export interface VisitOptions extends BrowserContextOptions {
  /** The time on the page at first, in epoch milliseconds: noon unless it says otherwise; `real` for that of this machine. */
  readonly time?: number | 'real';
  /** What the console may say: tests that make the API fail expect that Chromium tells of it. */
  readonly mayComplain?: RegExp;
}

/** Opens a page in a profile of its own. Its clock goes on by itself, and may be put forward unless it is the real one. */
export async function visitDashboard(
  browser: Browser,
  address: string,
  { mayComplain, time = NOON, ...options }: VisitOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1360, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  const complain = (text: string) => {
    if (mayComplain?.test(text) !== true) complaints.push(text);
  };
  const { origin } = new URL(address);
  page.on('pageerror', (error) => complain(String(error)));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complain(message.text());
  });
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) complain(`Requested ${request.url()}`);
  });
  if (time !== 'real') await page.clock.install({ time });
  await page.goto(address);
  return { page, complaints };
}

/** What axe-core finds that is serious or critical: the rule, and where. The clock of the page must go on. */
export async function seriousViolations(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  const { violations }: AxeResults = await page.evaluate('axe.run()');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} ${target}: ${failureSummary}`),
    );
}
