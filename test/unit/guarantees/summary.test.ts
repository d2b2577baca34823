import { describe, expect, it } from 'vitest';
import { plan } from '../../guarantees/run/plan.ts';
import { fullSeconds, intoDocument, jsonReport, line, markdown } from '../../guarantees/run/summary.ts';
import { GUARANTEES } from './example.ts';

const [first, second] = plan(GUARANTEES, { only: [91, 92], seed: 40, share: 20 });
if (first === undefined || second === undefined) throw new Error('There are no rows');

const FAILURE = { seed: 41, path: '3:0', script: '10', problems: ['10 is no digit'] };
const RESULTS = [
  { row: first, runs: 2_000, tally: { scripts: 1_000, even: 2 }, seconds: 1.6, failures: [] },
  { row: second, runs: 4, tally: {}, seconds: 3, failures: [FAILURE] },
];
const FACTS = {
  startedAt: Date.UTC(2026, 10, 22, 12, 30),
  seconds: 90,
  node: '24.1.0',
  workers: 2,
  cpu: 'Model | X',
};

const SUMMARY = `Run on 2026-11-22 12:30 UTC in 1.5 minutes by 2 workers, Node 24.1.0, Model | X.

|  | Promise | Proven by | What was done | Seeds | Engine | Seconds | Result |
| --- | --- | --- | --- | --- | --- | --- | --- |
| 91 | A number is what it is. | 2,000 numbers | 1,000 scripts, 2 even | 40 to 49 | embedded | 2 | holds |
| 92 | A number is what it is. | 4 numbers |  | 40 to 49 | embedded | 3 | **fails** |
`;

describe('the summary', () => {
  it('is a table', () => {
    expect(markdown(RESULTS, FACTS)).toBe(SUMMARY);
  });

  it('goes between the markers of a document', () => {
    const [begin, end] = [
      '<!-- the table: npm run test:guarantees -- --write-docs -->',
      '<!-- end of the table -->',
    ];
    const document = (table: string) => `# Title\n${begin}\n${table}${end}\nThe end.\n`;
    expect(intoDocument(document('what was there\n'), SUMMARY)).toBe(document(SUMMARY));
    expect(() => intoDocument('# Title', SUMMARY)).toThrow('The document has no');
  });

  it('has a line for a terminal', () => {
    expect(RESULTS.map(line)).toEqual([
      'holds  91  Holds                               embedded           2 s  2,000 numbers: 1,000 scripts, 2 even',
      'FAILS  92  Fails from 10 on                    embedded           3 s  4 numbers',
    ]);
  });

  it('says what the full numbers would take', () => {
    expect(fullSeconds(RESULTS)).toBeCloseTo((1.6 + 3) * 5);
  });

  it('has a test for each row in a report of vitest’s form', () => {
    expect(jsonReport(RESULTS)).toMatchObject({
      numTotalTests: 2,
      numPassedTests: 1,
      numFailedTests: 1,
      success: false,
      testResults: [
        {
          status: 'failed',
          assertionResults: [
            { fullName: 'Holds (embedded)', status: 'passed', failureMessages: [] },
            { fullName: 'Fails from 10 on (embedded)', status: 'failed' },
          ],
        },
      ],
    });
  });
});
