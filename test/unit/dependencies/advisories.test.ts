import { describe, expect, it } from 'vitest';
import { type AuditOutcome, readAudit } from '../../../scripts/dependencies/advisories.ts';

const report = (vulnerabilities: object) => ({ auditReportVersion: 2, vulnerabilities, metadata: {} });
const weak = (severity: string) => ({ severity, range: '<1.2.3', via: [], nodes: [] });

describe('npm audit', () => {
  it.each<[name: string, status: number, printed: object, outcome: AuditOutcome]>([
    ['finds nothing', 0, report({}), { kind: 'checked', serious: [], others: 0 }],
    [
      'finds something of each severity',
      1,
      report({ a: weak('low'), b: weak('moderate'), c: weak('high'), d: weak('critical'), e: weak('info') }),
      { kind: 'checked', serious: ['c <1.2.3: high', 'd <1.2.3: critical'], others: 3 },
    ],
    ...[404, 405, 501].map((statusCode): [string, number, object, AuditOutcome] => [
      `is answered with ${statusCode}`,
      1,
      { message: 'POST https://registry.example/', statusCode, body: '', error: { summary: '', detail: '' } },
      { kind: 'not-checked', reason: `the registry has no advisories (HTTP ${statusCode})` },
    ]),
    [
      'finds no registry',
      1,
      { error: { code: 'ENOTFOUND', summary: 'request to https://registry.example failed', detail: '' } },
      { kind: 'not-checked', reason: 'the registry cannot be asked (ENOTFOUND)' },
    ],
    [
      'is not offered',
      1,
      { error: { code: 'ENOAUDIT', summary: 'Your configured registry does not support audit requests.' } },
      { kind: 'not-checked', reason: 'the registry cannot be asked (ENOAUDIT)' },
    ],
  ])('%s', (_, status, printed, outcome) => {
    expect(readAudit({ status, output: JSON.stringify(printed) })).toEqual(outcome);
  });

  it.each(['', 'npm ERR!', '{}', '{"auditReportVersion":3,"vulnerabilities":{}}'])('prints %j', (output) => {
    expect(() => readAudit({ status: 7, output })).toThrow('npm audit ended with 7, and printed no report');
  });
});
