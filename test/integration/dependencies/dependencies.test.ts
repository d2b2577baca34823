import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ROOT, readLockfile, shippedPackages } from '../../../scripts/dependencies/lockfile.ts';

/** Of npm: what it caches, advisories too, is nobody else's. */
let home: string;
const servers: Server[] = [];
beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'ota-watch-npm-'));
});
afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await rm(home, { recursive: true });
});

interface Ended {
  readonly status: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

function run(script: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const all = { PATH: process.env.PATH, HOME: home, npm_config_nodedir: '/nowhere', ...env };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [path.join(ROOT, 'scripts', script), ...args],
      { cwd: ROOT, env: all },
      (error, stdout, stderr) => resolve({ status: error?.code ?? 0, stdout, stderr }),
    );
  });
}

/** A registry that knows these advisories, or answers requests for them with a status. */
async function registry(answer: object | number): Promise<string> {
  const server: Server = createServer((request, response) => {
    request.resume();
    const isAsked = request.method === 'POST' && request.url === '/-/npm/v1/security/advisories/bulk';
    const status = typeof answer === 'number' ? answer : 200;
    response.writeHead(isAsked ? status : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isAsked && typeof answer !== 'number' ? answer : {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  const address: AddressInfo | string | null = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

/** @param id of each its own: npm remembers advisories by it */
const advisory = (id: number, severity: string) => ({
  zod: [
    {
      id,
      url: 'https://advisories.example/1',
      title: 'A weakness',
      severity,
      vulnerable_versions: '<99',
      cwe: [],
      cvss: { score: 0, vectorString: null },
    },
  ],
});

describe('npm run audit:dependencies', () => {
  it.each<[name: string, answer: object | number, status: number, says: string]>([
    ['without advisories', {}, 0, 'Advisories: 0 high or critical, 0 below\n'],
    ['with a small one', advisory(1, 'moderate'), 0, 'Advisories: 0 high or critical, 1 below\n'],
    ['with a serious one', advisory(2, 'high'), 1, 'Advisories: 1 high or critical, 0 below\n'],
    [
      'that has none to offer',
      405,
      0,
      'Advisories: not checked: the registry has no advisories (HTTP 405)\n',
    ],
  ])('asks a registry %s', async (_, answer, status, says) => {
    const ended = await run('audit-dependencies.ts', [], { npm_config_registry: await registry(answer) });
    expect({ status: ended.status, last: `${ended.stdout.split('\n').at(-2)}\n` }).toEqual({
      status,
      last: says,
    });
    expect(ended.stderr).toMatch(status === 0 ? /^$/ : /^Advisory: zod .*: high\n$/);
  });

  it('fails where it cannot check, if it has to', async () => {
    const env = { npm_config_registry: await registry(404) };
    expect((await run('audit-dependencies.ts', ['--required'], env)).status).toBe(1);
  });

  it('refuses what it does not know', async () => {
    expect((await run('audit-dependencies.ts', ['--fix'])).status).toBe(2);
  });
});

const Bill = z.object({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.string(),
  metadata: z.object({ component: z.object({ name: z.string(), version: z.string() }) }),
  components: z.array(
    z.object({
      'bom-ref': z.string(),
      name: z.string(),
      version: z.string(),
      purl: z.string(),
      scope: z.string(),
      licenses: z.array(z.object({ license: z.object({ id: z.string() }) })),
    }),
  ),
  dependencies: z.array(z.object({ ref: z.string(), dependsOn: z.array(z.string()) })),
});

describe('npm run sbom', () => {
  it('names all that runs in production, and nothing of this machine', async () => {
    const { status, stdout: text } = await run('sbom.ts', ['-']);
    expect(status).toBe(0);
    const bill = Bill.parse(JSON.parse(text));
    expect(bill.metadata.component).toEqual({ name: 'ota-watch', version: '0.1.0' });
    const byPurl = (one: { purl: string }, other: { purl: string }) => (one.purl < other.purl ? -1 : 1);
    expect(bill.components.toSorted(byPurl)).toEqual(
      shippedPackages(readLockfile())
        .map(({ name, version, license }) => ({
          'bom-ref': `${name}@${version}`,
          name,
          version,
          purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
          scope: 'required',
          licenses: [{ license: { id: license } }],
        }))
        .toSorted(byPurl),
    );
    const known = new Set(['ota-watch@0.1.0', ...bill.components.map((component) => component['bom-ref'])]);
    const edges = bill.dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]);
    expect(edges.filter((ref) => !known.has(ref))).toEqual([]);
    expect(bill.dependencies).toHaveLength(known.size);
    expect(text).not.toMatch(/file:|\/tmp\/|\/home\/|\/root\/|nodedir/);
    expect(text).not.toContain(ROOT);
  });

  it.each([['--help'], ['a', 'b']])('refuses %s', async (...args) => {
    expect((await run('sbom.ts', args)).status).toBe(2);
  });
});
