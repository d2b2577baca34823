import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { expect, it } from 'vitest';
import { dashboardHeaders } from '../../../infra/dashboard/headers.js';

const file = path.resolve(import.meta.dirname, '../../../infra/dashboard/viewer-request.js');

/** Runs the function as CloudFront does: alone, with nothing of Node.js. */
function uriFor(uri: string): unknown {
  const event = { request: { method: 'GET', uri, querystring: { q: { value: 'x' } }, headers: {} } };
  const context = createContext({ event });
  runInContext(readFileSync(file, 'utf8'), context);
  const request = runInContext('handler(event)', context);
  expect({ ...request, uri }).toEqual({ ...event.request, uri });
  return Reflect.get(request, 'uri');
}

it.each([
  ['/', '/index.html'],
  ['/tasks/0123abcd', '/index.html'],
  ['/audit', '/index.html'],
  ['/audit/', '/index.html'],
  ['/a.b/c', '/index.html'],
  ['/api', '/index.html'],
  ['/apis/tasks', '/index.html'],
  ['/index.html', '/index.html'],
  ['/config.json', '/config.json'],
  ['/assets/index-Bx1.js', '/assets/index-Bx1.js'],
  ['/icon.svg', '/icon.svg'],
  ['/api/tasks', '/tasks'],
  ['/api/tasks/0123abcd/history', '/tasks/0123abcd/history'],
  ['/api/api/tasks', '/api/tasks'],
  ['/api/', '/'],
])('%s is answered by %s', (uri, target) => {
  expect(uriFor(uri)).toBe(target);
});

it('has nothing that the variables of the template would take for theirs', () => {
  expect(readFileSync(file, 'utf8')).not.toMatch(/\$\{/);
});

it('lets the app talk to itself and to where people sign in, and to nobody else', () => {
  expect(dashboardHeaders(['https://id.example'])).toEqual({
    'content-security-policy':
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' https://id.example; img-src 'self'; " +
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    'referrer-policy': 'no-referrer',
    'strict-transport-security': 'max-age=63072000',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  });
  expect(dashboardHeaders([])['content-security-policy']).toContain("connect-src 'self';");
});
