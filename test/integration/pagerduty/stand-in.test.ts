import { describe, expect, it } from 'vitest';
import { change, KEY, NOON, resolve, standIn, trigger } from './requests.ts';

const alert = { ...trigger, routing_key: KEY };

async function post(url: string, event: unknown, headers = { 'content-type': 'application/json' }) {
  const body = typeof event === 'string' ? event : JSON.stringify(event);
  const response = await fetch(url, { method: 'POST', headers, body });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

const withPayload = (payload: object) => ({ ...alert, payload: { ...alert.payload, ...payload } });

describe('an alert event', () => {
  it('is taken', async () => {
    const pagerDuty = await standIn();
    expect(await post(`${pagerDuty.url}/v2/enqueue`, alert)).toEqual({
      status: 202,
      body: { status: 'success', message: 'Event processed', dedup_key: trigger.dedup_key },
    });
    expect(pagerDuty.incidents()).toEqual([
      {
        service: 'default',
        dedupKey: trigger.dedup_key,
        status: 'triggered',
        summary: 'Door lock: 12 of 100 things have failed.',
        severity: 'critical',
        source: 'task1',
        customDetails: { failed: 12 },
        links: [{ href: 'https://ota.example.com/tasks/task1', text: 'Dashboard' }],
        triggers: 1,
        openedAt: NOON,
        log: [{ action: 'trigger', at: NOON, summary: 'Door lock: 12 of 100 things have failed.' }],
      },
    ]);
    expect(pagerDuty.requests).toEqual([
      { at: NOON, path: '/v2/enqueue', service: 'default', event: trigger, status: 202 },
    ]);
    expect(pagerDuty.violations).toEqual([]);
  });

  it.each<[event: unknown, error: string]>([
    [{ ...alert, routing_key: undefined }, "'routing_key' is missing or blank"],
    [{ ...alert, routing_key: 'tooshort' }, "Length of 'routing_key' is incorrect (should be 32 characters)"],
    [{ ...alert, routing_key: '-'.repeat(32) }, "'routing_key' cannot contain non-alphanumeric characters."],
    [{ ...alert, routing_key: 'f'.repeat(32) }, 'Invalid routing key'],
    [{ ...alert, event_action: 'page' }, "'event_action' is none of trigger, acknowledge, resolve"],
    [{ ...alert, dedup_key: 'x'.repeat(256) }, "'dedup_key' is too long (maximum is 255 characters)"],
    [{ ...resolve, routing_key: KEY, dedup_key: ' ' }, "'dedup_key' is missing or blank"],
    [{ ...alert, payload: undefined }, "'payload' is missing or blank"],
    [withPayload({ summary: ' ' }), "'payload.summary' is missing or blank"],
    [withPayload({ summary: 'x'.repeat(1_025) }), "'summary' is too long (maximum is 1024 characters)"],
    [withPayload({ source: undefined }), "'payload.source' is missing or blank"],
    [withPayload({ severity: 'fatal' }), "'payload.severity' is none of info, warning, error, critical"],
    [withPayload({ timestamp: 'yesterday' }), "'payload.timestamp' is not ISO 8601"],
    [withPayload({ custom_details: 'none' }), "'payload.custom_details' is not an object"],
    [withPayload({ sumary: 'typo' }), 'Unrecognized key: "sumary"'],
    [{ ...alert, sumary: 'typo' }, 'Unrecognized key: "sumary"'],
    [{ ...alert, links: [{ href: 'nowhere' }] }, "'href' of a link is not a URL"],
    [{ ...alert, links: [{ href: 'javascript:alert(1)' }] }, "'href' of a link is not a URL"],
    [{ ...alert, images: [{ src: 'http://example.com/a.png' }] }, "'src' of an image is not a URL of HTTPS"],
    [{ ...alert, client_url: 'nowhere' }, "'client_url' is not a URL"],
    ['{"event', 'JSON parse error'],
    ['[]', 'JSON parse error'],
  ])('of which something is wrong is refused (%#)', async (event, error) => {
    const pagerDuty = await standIn();
    const { status, body } = await post(`${pagerDuty.url}/v2/enqueue`, event);
    expect({ status, errors: body.errors }).toEqual({ status: 400, errors: [error] });
    expect(pagerDuty.violations).toEqual([{ at: NOON, path: '/v2/enqueue', status: 400, errors: [error] }]);
    expect(pagerDuty.incidents()).toEqual([]);
  });

  it.each([
    ['as much as there may be', { ...alert, dedup_key: 'x'.repeat(255) }],
    ['a summary as long as it may be', withPayload({ summary: 'x'.repeat(1_024) })],
    ['an image', { ...alert, images: [{ src: 'https://example.com/a.png', alt: 'a' }] }],
    ['an acknowledgement', { ...resolve, event_action: 'acknowledge', routing_key: KEY }],
  ])('%s is taken', async (_, event) => {
    const { url } = await standIn();
    expect(await post(`${url}/v2/enqueue`, event)).toMatchObject({ status: 202 });
  });

  it('may have 512 KB and no more', async () => {
    const { url, violations } = await standIn();
    const empty = JSON.stringify(withPayload({ custom_details: { text: '' } })).length;
    const sized = (bytes: number) => withPayload({ custom_details: { text: 'x'.repeat(bytes - empty) } });
    expect(await post(`${url}/v2/enqueue`, sized(512_000))).toMatchObject({ status: 202 });
    expect(await post(`${url}/v2/enqueue`, sized(512_001))).toMatchObject({ status: 413 });
    expect(violations).toMatchObject([{ status: 413 }]);
  });

  it('has to be JSON, and sent to an address that there is', async () => {
    const { url } = await standIn();
    expect(await post(`${url}/v2/enqueue`, alert, { 'content-type': 'text/plain' })).toMatchObject({
      status: 400,
    });
    expect(await post(`${url}/v2/enqeue`, alert)).toMatchObject({ status: 404 });
  });
});

describe('a change event', () => {
  it('is taken', async () => {
    const pagerDuty = await standIn();
    expect(await post(`${pagerDuty.url}/v2/change/enqueue`, { ...change, routing_key: KEY })).toEqual({
      status: 202,
      body: { status: 'success', message: 'Change event processed' },
    });
    expect(pagerDuty.changes()).toEqual([
      {
        service: 'default',
        at: NOON,
        summary: 'Door lock: SCHEDULED → IN_PROGRESS.',
        source: 'task1',
        timestamp: '2026-11-22T12:00:00.000Z',
        customDetails: { status: 'IN_PROGRESS' },
        links: [{ href: 'https://ota.example.com/tasks/task1', text: 'Dashboard' }],
      },
    ]);
  });

  it('is refused as an alert event is', async () => {
    const { url, violations } = await standIn();
    const event = { ...change, payload: { ...change.payload, summary: '' }, routing_key: KEY };
    expect(await post(`${url}/v2/change/enqueue`, event)).toMatchObject({ status: 400 });
    expect(violations).toMatchObject([{ errors: ["'payload.summary' is missing or blank"] }]);
  });
});

describe('incidents', () => {
  it('stay one until they are resolved, and then come anew', async () => {
    let now = NOON;
    const pagerDuty = await standIn({ now: () => now });
    for (const event of [resolve, trigger, trigger, resolve, resolve, trigger]) {
      await post(`${pagerDuty.url}/v2/enqueue`, { ...event, routing_key: KEY });
      now += 1_000;
    }
    const { summary } = trigger.payload;
    expect(pagerDuty.incidents()).toMatchObject([
      {
        status: 'resolved',
        triggers: 2,
        openedAt: NOON + 1_000,
        resolvedAt: NOON + 3_000,
        log: [
          { action: 'trigger', at: NOON + 1_000, summary },
          { action: 'trigger', at: NOON + 2_000, summary },
          { action: 'resolve', at: NOON + 3_000 },
        ],
      },
      { status: 'triggered', triggers: 1, openedAt: NOON + 5_000 },
    ]);
  });

  it('of one key are others with another routing key', async () => {
    const other = 'b'.repeat(32);
    const pagerDuty = await standIn({ routingKeys: { [KEY]: 'default', [other]: 'locks' } });
    await post(`${pagerDuty.url}/v2/enqueue`, alert);
    await post(`${pagerDuty.url}/v2/enqueue`, { ...alert, routing_key: other });
    await post(`${pagerDuty.url}/v2/enqueue`, { ...resolve, routing_key: other });
    expect(pagerDuty.incidents()).toMatchObject([
      { service: 'default', status: 'triggered' },
      { service: 'locks', status: 'resolved' },
    ]);
  });

  it('tell of what is taken, as long as somebody listens', async () => {
    const { url, incidents, subscribe } = await standIn();
    const seen: number[] = [];
    const unsubscribe = subscribe(() => seen.push(incidents().length));
    await post(`${url}/v2/enqueue`, alert);
    await post(`${url}/v2/enqueue`, { ...alert, event_action: 'page' });
    unsubscribe();
    await post(`${url}/v2/enqueue`, alert);
    expect(seen).toEqual([1]);
  });
});

describe('the rate limit', () => {
  it('is 120 events in 60 s for each routing key', async () => {
    let now = NOON;
    const other = 'b'.repeat(32);
    const { url, violations } = await standIn({
      now: () => now,
      routingKeys: { [KEY]: 'default', [other]: 'locks' },
    });
    const send = async (routing_key = KEY) =>
      (await post(`${url}/v2/enqueue`, { ...alert, routing_key })).status;
    const statuses = new Set<number>();
    for (let count = 0; count < 120; count += 1) statuses.add(await send());
    expect(statuses).toEqual(new Set([202]));
    expect(await send()).toBe(429);
    expect(await send(other)).toBe(202);
    now += 59_999;
    expect(await send()).toBe(429);
    now += 1;
    expect(await send()).toBe(202);
    expect(violations).toMatchObject([{ status: 429 }, { status: 429 }]);
  });
});
