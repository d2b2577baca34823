import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** A file of the built dashboard, and how it is to be served. */
export interface WebFile {
  /** Of its address: `/index.html`, `/assets/main-8f3a.js`. */
  readonly path: string;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
  readonly cacheControl: string;
}

export const NO_CACHE = 'no-cache';

/** Its name changes with its content. */
const HASHED = 'public, max-age=31536000, immutable';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
};

/**
 * Reads what Vite has built.
 *
 * @throws where there is no such folder, or a kind of file that nobody has said the content type of
 */
export async function readWebFiles(folder: string): Promise<WebFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => readWebFile(folder, path.join(entry.parentPath, entry.name))),
  );
}

async function readWebFile(folder: string, file: string): Promise<WebFile> {
  const address = `/${path.relative(folder, file).replaceAll(path.sep, '/')}`;
  const contentType = CONTENT_TYPES[path.extname(file)];
  if (contentType === undefined) throw new Error(`${address}: of an unknown content type`);
  return {
    path: address,
    body: new Uint8Array(await readFile(file)),
    contentType,
    cacheControl: address.startsWith('/assets/') ? HASHED : NO_CACHE,
  };
}
