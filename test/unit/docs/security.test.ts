import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const DOCS = path.resolve(import.meta.dirname, '../../../docs');
const text = readFileSync(path.join(DOCS, 'security.md'), 'utf8');
const sections = text.split(/^## /m);
const sectionOf = (title: string) => sections.find((section) => section.startsWith(`${title}\n`)) ?? '';
/** Items of its lists, each with the lines that go on with it. */
const itemsOf = (title: string) => sectionOf(title).match(/^- .*(\n {2}.*)*/gm) ?? [];
const isBacked = (claim: string) => /\]\(\.\.\/test\/|\*\*assumption\*\*/.test(claim);

describe('docs/security.md', () => {
  it('names tests and documents that there are', () => {
    const links = [...text.matchAll(/\]\(([^)#]+)\)/g)].map(([, link = '']) => link);
    expect(links.length).toBeGreaterThan(40);
    expect(links.filter((link) => !existsSync(path.join(DOCS, link)))).toEqual([]);
  });

  it.each(['Who has a foothold', 'What is logged', 'Secrets', 'What is not defended'])(
    'has a test or an assumption for every claim: %s',
    (title) => {
      const items = itemsOf(title);
      expect(items.length).toBeGreaterThan(3);
      expect(items.filter((item) => !isBacked(item))).toEqual([]);
    },
  );

  it('has a test for every boundary', () => {
    const rows =
      sectionOf('Boundaries')
        .match(/^\| .*/gm)
        ?.slice(1) ?? [];
    expect(rows.length).toBeGreaterThan(5);
    expect(rows.filter((row) => !isBacked(row))).toEqual([]);
  });
});
