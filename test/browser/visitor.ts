import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { findChromium } from '../../scripts/browser/chromium.ts';

/** Starts the Chromium of this machine. */
export function launchChromium(): Promise<Browser> {
  const executablePath = findChromium(process.env);
  if (executablePath === undefined) throw new Error('There is no Chromium on the path');
  return chromium.launch({ executablePath });
}

/** A page, and what went wrong on it. */
export interface Visitor {
  readonly page: Page;
  /** Errors of scripts, errors and warnings on the console, and requests to other places than 127.0.0.1. */
  readonly complaints: readonly string[];
}

/** Opens a page in a profile of its own. */
export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Visitor> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('request', (request) => {
    if (new URL(request.url()).hostname !== '127.0.0.1') complaints.push(`Requested ${request.url()}`);
  });
  await page.goto(url);
  return { page, complaints };
}
