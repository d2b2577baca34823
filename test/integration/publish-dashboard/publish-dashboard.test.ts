import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { buildApp } from 'fauxqs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Listening } from '../../../local/bus/listen.ts';
import { publishDashboard } from '../../../scripts/dashboard/publish.ts';
import { startCloudFormation } from './cloudformation.ts';

const CONFIG = '{"api":"/api","signIn":{"issuer":"https://id.example.com?a&b"}}';
const outputs = (bucket: string) => ({
  DashboardBucketName: bucket,
  DashboardConfig: CONFIG,
  DashboardUrl: 'https://d1.cloudfront.net',
});
const ACCESS = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  maxAttempts: 1,
};
const IMMUTABLE = 'public, max-age=31536000, immutable';
const COMMAND = path.resolve(import.meta.dirname, '../../../scripts/publish-dashboard.ts');

const emulator = buildApp({ logger: false, defaultRegion: 'us-east-1' });
let formation: Listening;
let cloudFormation: CloudFormationClient;
let s3: S3Client;
let written: string[];
let dist: string;

beforeAll(async () => {
  s3 = new S3Client({ ...ACCESS, endpoint: await emulator.listen({ port: 0, host: '127.0.0.1' }) });
  s3.middlewareStack.add(
    (next) => async (request) => {
      const { Key } = Object(request.input);
      const answer = await next(request);
      if (typeof Key === 'string') written.push(Key);
      return answer;
    },
    { step: 'initialize' },
  );
  await s3.send(new CreateBucketCommand({ Bucket: 'dashboard' }));
  formation = await startCloudFormation({
    'ota-watch-prod': outputs('dashboard'),
    'ota-watch-dev': { TasksTableName: 'tasks' },
    'ota-watch-half': { DashboardBucketName: 'dashboard' },
    'ota-watch-lost': outputs('nowhere'),
  });
  cloudFormation = new CloudFormationClient({ ...ACCESS, endpoint: formation.url });
});

afterAll(async () => {
  s3.destroy();
  cloudFormation.destroy();
  await Promise.all([formation.close(), emulator.close()]);
});

beforeEach(async () => {
  written = [];
  dist = await mkdtemp(path.join(tmpdir(), 'ota-watch-dist-'));
  await mkdir(path.join(dist, 'assets'));
});
afterEach(() => rm(dist, { recursive: true }));

/** Publishes files of these names. */
async function publish(stackName: string, ...names: readonly string[]) {
  await Promise.all(names.map((name) => writeFile(path.join(dist, name), `content of ${name}`)));
  return publishDashboard({ cloudFormation, s3, stackName, dist });
}

async function stored(key: string) {
  const { Body, ContentType, CacheControl } = await s3.send(
    new GetObjectCommand({ Bucket: 'dashboard', Key: key }),
  );
  return [await Body?.transformToString(), ContentType, CacheControl];
}

describe('a deployed dashboard', () => {
  it('gets its files: what they need first, the page last', async () => {
    expect(await publish('ota-watch-prod', 'index.html', 'assets/main-1a.js', 'icon.svg')).toBe(
      'https://d1.cloudfront.net',
    );
    expect(written.slice(0, 2).sort()).toEqual(['assets/main-1a.js', 'icon.svg']);
    expect(written.slice(2)).toEqual(['config.json', 'index.html']);
    expect(await stored('index.html')).toEqual([
      'content of index.html',
      'text/html; charset=utf-8',
      'no-cache',
    ]);
    expect(await stored('assets/main-1a.js')).toEqual([
      'content of assets/main-1a.js',
      'text/javascript; charset=utf-8',
      IMMUTABLE,
    ]);
    expect(await stored('config.json')).toEqual([CONFIG, 'application/json', 'no-cache']);
  });

  it('keeps the files of the page before', async () => {
    await publish('ota-watch-prod', 'index.html', 'assets/main-1a.js');
    await rm(path.join(dist, 'assets/main-1a.js'));
    await publish('ota-watch-prod', 'index.html', 'assets/main-2b.js');
    const { Contents = [] } = await s3.send(
      new ListObjectsV2Command({ Bucket: 'dashboard', Prefix: 'assets' }),
    );
    expect(Contents.map(({ Key }) => Key)).toEqual(['assets/main-1a.js', 'assets/main-2b.js']);
  });
});

it('does nothing where the dashboard is off', async () => {
  expect(await publish('ota-watch-dev')).toBeUndefined();
  expect(written).toEqual([]);
});

it.each([
  [
    'ota-watch-none',
    ['index.html'],
    'There is no stack ota-watch-none: deploy it first, or say which with --stage and --region',
  ],
  [
    'ota-watch-half',
    ['index.html'],
    'Of the stack ota-watch-half, an output of the dashboard is missing: deploy it again',
  ],
  ['ota-watch-prod', ['icon.svg'], expect.stringMatching(/^\/.* has no index\.html$/)],
  [
    'ota-watch-prod',
    ['assets/movie.mpg'],
    'What npm run build:web makes cannot be read: /assets/movie.mpg: of an unknown content type',
  ],
  [
    'ota-watch-lost',
    ['index.html'],
    '/config.json cannot be written to the bucket nowhere: NoSuchBucket: The specified bucket does not exist: nowhere',
  ],
])('says what is wrong with %s', async (stackName, files, message) => {
  await expect(publish(stackName, ...files)).rejects.toMatchObject({ name: 'PublishError', message });
  expect(written).not.toContain('index.html');
});

it('says so when CloudFormation does not answer', async () => {
  const nobody = new CloudFormationClient({ ...ACCESS, endpoint: 'http://127.0.0.1:1' });
  await expect(
    publishDashboard({ cloudFormation: nobody, s3, stackName: 'ota-watch-prod', dist }),
  ).rejects.toThrow(/^The stack ota-watch-prod cannot be read: \w+: .*ECONNREFUSED/);
});

describe('the command', () => {
  /** Runs it against the stand-ins, or nobody. */
  const run = (...args: readonly string[]) =>
    promisify(execFile)(process.execPath, [COMMAND, ...args], {
      env: {
        PATH: process.env.PATH,
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        AWS_ENDPOINT_URL: formation.url,
      },
    });

  it('says that the dashboard is off', async () => {
    expect(await run()).toEqual({
      stdout:
        'The stack ota-watch-dev has no dashboard (--param="dashboard=on" brings it about): nothing to do.\n',
      stderr: '',
    });
  });

  it.each([
    [['--stage', 'none'], /^There is no stack ota-watch-none: deploy it first, [^\n]+\n$/],
    [['--stagee', 'prod'], /^Unknown option '--stagee'[^\n]*\n$/],
  ])('fails in one line with %j', async (args, stderr) => {
    await expect(run(...args)).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(stderr) });
  });
});
