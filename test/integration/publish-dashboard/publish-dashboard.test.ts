import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { buildApp } from 'fauxqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Listening } from '../../../local/bus/listen.ts';
import type { WebFile } from '../../../local/dashboard/web-files.ts';
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

const file = (path: string, contentType: string, cacheControl: string): WebFile => ({
  path,
  body: new TextEncoder().encode(`content of ${path}`),
  contentType,
  cacheControl,
});
const INDEX = file('/index.html', 'text/html; charset=utf-8', 'no-cache');
const SCRIPT = file('/assets/main-1a.js', 'text/javascript; charset=utf-8', IMMUTABLE);
const ICON = file('/icon.svg', 'image/svg+xml', 'no-cache');

const emulator = buildApp({ logger: false, defaultRegion: 'us-east-1' });
let formation: Listening;
let cloudFormation: CloudFormationClient;
let s3: S3Client;
let written: string[];

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

beforeEach(() => {
  written = [];
});

const publish = (stackName: string, ...files: readonly WebFile[]) =>
  publishDashboard({ cloudFormation, s3, stackName, files });

async function stored(key: string) {
  const { Body, ContentType, CacheControl } = await s3.send(
    new GetObjectCommand({ Bucket: 'dashboard', Key: key }),
  );
  return [await Body?.transformToString(), ContentType, CacheControl];
}

describe('a deployed dashboard', () => {
  it('gets its files: what they need first, the page last', async () => {
    expect(await publish('ota-watch-prod', INDEX, SCRIPT, ICON)).toBe('https://d1.cloudfront.net');
    expect(written.slice(0, 2).sort()).toEqual(['assets/main-1a.js', 'icon.svg']);
    expect(written.slice(2)).toEqual(['config.json', 'index.html']);
    expect(await stored('index.html')).toEqual([
      'content of /index.html',
      'text/html; charset=utf-8',
      'no-cache',
    ]);
    expect(await stored('assets/main-1a.js')).toEqual([
      'content of /assets/main-1a.js',
      'text/javascript; charset=utf-8',
      IMMUTABLE,
    ]);
    expect(await stored('config.json')).toEqual([CONFIG, 'application/json', 'no-cache']);
  });

  it('keeps the files of the page before', async () => {
    await publish('ota-watch-prod', INDEX, SCRIPT);
    await publish('ota-watch-prod', INDEX, { ...SCRIPT, path: '/assets/main-2b.js' });
    const { Contents = [] } = await s3.send(
      new ListObjectsV2Command({ Bucket: 'dashboard', Prefix: 'assets' }),
    );
    expect(Contents.map(({ Key }) => Key)).toEqual(['assets/main-1a.js', 'assets/main-2b.js']);
  });
});

it('does nothing where the dashboard is off', async () => {
  expect(await publish('ota-watch-dev', INDEX)).toBeUndefined();
  expect(written).toEqual([]);
});

it.each([
  [
    'ota-watch-none',
    [INDEX],
    'There is no stack ota-watch-none: deploy it first, or say which with --stage and --region',
  ],
  [
    'ota-watch-half',
    [INDEX],
    'Of the stack ota-watch-half, an output of the dashboard is missing: deploy it again',
  ],
  ['ota-watch-prod', [SCRIPT], 'What has been built has no index.html'],
  [
    'ota-watch-lost',
    [INDEX],
    '/config.json cannot be written to the bucket nowhere: NoSuchBucket: The specified bucket does not exist: nowhere',
  ],
])('says what is wrong with %s', async (stackName, files, message) => {
  await expect(publish(stackName, ...files)).rejects.toMatchObject({ name: 'PublishError', message });
  expect(written).not.toContain('index.html');
});

it('says so when CloudFormation does not answer', async () => {
  const nobody = new CloudFormationClient({ ...ACCESS, endpoint: 'http://127.0.0.1:1' });
  await expect(
    publishDashboard({ cloudFormation: nobody, s3, stackName: 'ota-watch-prod', files: [INDEX] }),
  ).rejects.toThrow(/^The stack ota-watch-prod cannot be read: \w+: .*ECONNREFUSED/);
});
