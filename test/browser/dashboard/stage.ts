import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject } from 'vitest';
import { dashboardHeaders } from '../../../infra/dashboard/headers.js';
import { compactPng } from '../compact-png.ts';
import { launchChromium } from '../visitor.ts';
import { type FakeApi, type FakeApiOptions, startFakeApi } from './fake-api.ts';
import { type Visit, type VisitOptions, visitDashboard } from './visit.ts';

const IMAGES = path.resolve(import.meta.dirname, '../../../docs/images');
/** A blank page is smaller, and the pictures in the documentation are not to be greater. */
const [MIN_IMAGE_BYTES, MAX_IMAGE_BYTES] = [20_000, 200_000];

export interface Stage {
  /** Of this test. */
  api(): FakeApi;
  /** Opens a page of the dashboard, signed in. */
  open(at: string, options?: VisitOptions): Promise<Page>;
}

/**
 * The dashboard with an API for each test of the file, and a browser for all. After each, nothing may have gone wrong on its
 * pages, and no answer may have been other than api/openapi.yml says.
 */
export function setStage(prepare: (api: FakeApi) => void, config?: FakeApiOptions['config']): Stage {
  let browser: Browser;
  let api: FakeApi;
  let visits: Visit[];

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    visits = [];
    const headers = dashboardHeaders([]);
    api = await startFakeApi({ dist: inject('dashboard'), headers, ...(config && { config }) });
    prepare(api);
  });
  afterEach(async () => {
    const complaints = visits.flatMap((visit) => visit.complaints);
    await Promise.all(visits.map(({ page }) => page.context().close()));
    await api.close();
    expect([...complaints, ...api.problems]).toEqual([]);
  });

  return {
    api: () => api,
    open: async (at, options) => {
      const visit = await visitDashboard(browser, api.address(at), options);
      visits.push(visit);
      return visit.page;
    },
  };
}

/** As `expect.poll`, with time enough for a machine that has much to do. */
export const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 10_000 });

/** Takes a picture; with UPDATE_SCREENSHOTS it goes into the documentation. */
export async function takePicture(page: Page, name: string): Promise<void> {
  const picture = compactPng(await page.screenshot({ animations: 'disabled' }));
  if (process.env.UPDATE_SCREENSHOTS === '1') writeFileSync(path.join(IMAGES, `${name}.png`), picture);
  expect(picture.length).toBeGreaterThan(MIN_IMAGE_BYTES);
  expect(picture.length).toBeLessThan(MAX_IMAGE_BYTES);
}
