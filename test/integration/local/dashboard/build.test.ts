import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { buildDashboard } from '../../../../local/dashboard/build.ts';
import { readWebFiles } from '../../../../local/dashboard/web-files.ts';

let project: string;

beforeEach(async () => {
  project = await mkdtemp(path.join(tmpdir(), 'ota-watch-build-'));
});
afterEach(() => rm(project, { recursive: true }));

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.join(project, path.dirname(name)), { recursive: true });
    await writeFile(path.join(project, name), text);
  }
}

const PAGE = '<!doctype html><script type="module" src="/main.ts"></script>';

it('is for production, and leaves this process as it was', async () => {
  await write({
    'web/index.html': PAGE,
    'web/main.ts': 'document.title = process.env.NODE_ENV as string;',
    'web/public/icon.svg': '<svg/>',
  });
  const before = { ...process.env };
  const files = await buildDashboard(project, new AbortController().signal);
  const named = files.map((file) => ({ ...file, path: file.path.replace(/-[\w-]{8}\.js$/, '-HASH.js') }));
  expect(named.map(({ body, ...file }) => file)).toEqual(
    expect.arrayContaining([
      { path: '/icon.svg', contentType: 'image/svg+xml', cacheControl: 'no-cache' },
      { path: '/index.html', contentType: 'text/html; charset=utf-8', cacheControl: 'no-cache' },
      {
        path: '/assets/index-HASH.js',
        contentType: 'text/javascript; charset=utf-8',
        cacheControl: 'public, max-age=31536000, immutable',
      },
    ]),
  );
  const script = named.find(({ path }) => path.startsWith('/assets'));
  expect(Buffer.from(script?.body ?? []).toString()).toMatch(/document\.title=.production./);
  expect(process.env).toEqual(before);
});

it('says what is wrong with it', async () => {
  await write({ 'web/index.html': PAGE, 'web/main.ts': 'const = 1;' });
  await expect(buildDashboard(project, new AbortController().signal)).rejects.toMatchObject({
    name: 'StackError',
    message: expect.stringMatching(/^The dashboard cannot be built: .*main\.ts/s),
  });
});

it('ends with the signal', async () => {
  await write({ 'web/index.html': PAGE, 'web/main.ts': '' });
  const ending = new AbortController();
  const built = buildDashboard(project, ending.signal);
  ending.abort(new Error('enough'));
  await expect(built).rejects.toThrow('enough');
});

it('takes no file whose type nobody has named', async () => {
  await write({ 'index.html': PAGE, 'assets/movie.mpg': '' });
  await expect(readWebFiles(project)).rejects.toThrow('/assets/movie.mpg: of an unknown content type');
});
