// A process of its own that exports the history, so that its peak of memory is that of an export and of nothing else.
// Started by test/bench/api.ts with the endpoints, and the range as `from`.
import { argv } from 'node:process';
import { apiClients, benchApi, type Endpoints, requestOf } from './surroundings.ts';

const [, , endpoints = '{}', from = '', format = 'jsonl'] = argv;
const given: Endpoints = JSON.parse(endpoints);
const respond = benchApi(apiClients(given), Date.now);

let rows = 0;
let bytes = 0;
let parts = 0;
let cursor: string | undefined;
const startedAt = performance.now();
do {
  const query = { format, from, ...(cursor !== undefined && { cursor }) };
  const { statusCode, headers, body = '' } = await respond('exportHistory', requestOf(query));
  if (statusCode !== 200) throw new Error(`An export answered ${statusCode}: ${body}`);
  parts += 1;
  bytes += Buffer.byteLength(body);
  rows += body.split('\n').length - 1;
  const [, next] = /<\?(.*)>/.exec(headers.link ?? '') ?? [];
  cursor = next === undefined ? undefined : (new URLSearchParams(next).get('cursor') ?? undefined);
} while (cursor !== undefined);

const seconds = (performance.now() - startedAt) / 1_000;
process.stdout.write(JSON.stringify({ rows, bytes, parts, seconds, peakKb: process.resourceUsage().maxRSS }));
process.exit(0);
