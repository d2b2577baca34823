import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRuleFile } from '../../../../lib/rule-file/parse.ts';
import { RuleFileError } from '../../../../lib/rule-file/problems.ts';

const MINUTE = 60_000;

/** What is wrong with a text, one line a problem. */
function problemsOf(text: string): string[] {
  try {
    parseRuleFile(text, 'r.yml');
    return [];
  } catch (error) {
    if (error instanceof RuleFileError) return error.message.split('\n');
    throw error;
  }
}

/** What is wrong with a file of these entries, of which the first begins on line 3. */
const problemsOfEntries = (...lines: readonly string[]) =>
  problemsOf(['version: 1', 'rules:', ...lines.map((line) => `  ${line}`)].join('\n'));

describe('parseRuleFile', () => {
  it('reads entries, with the line on which each stands', () => {
    const text = `
      version: 1
      rules:
        - id: failed-percent
          kind: ratio
          percent: 5
          recoverBelow: 4
          minExecuted: 50
          severity: error
          for: 5m
        - id: failed-percent
          match:
            { tags: { stage: canary* }, otaType: CONTINUOUS, configurationId: "abc*", taskId: "canary*",
              things: { atLeast: 1000, below: 50000 }, abortCriteria: false }
          percent: 2
        - id: stalled
          enabled: false
        - { id: mine, kind: rate, perMinute: 2.5, window: 30m, keepFiringFor: 90s, repeatEvery: 1d,
            mute: until 2026-12-01T00:00Z }
        - { id: mine, mute: 2026-12-01 }
        - { id: late, kind: overdue, after: 2h, projected: false }
    `;
    const origin = (line: number) => ({ source: 'my.yml', line });
    const mutedUntil = Date.UTC(2026, 11, 1);
    expect(parseRuleFile(text, 'my.yml')).toEqual({
      entries: [
        {
          id: 'failed-percent',
          kind: 'ratio',
          origin: origin(4),
          fields: { percent: 5, recoverBelow: 4, minExecuted: 50, severity: 'error', forMs: 5 * MINUTE },
        },
        {
          id: 'failed-percent',
          kind: 'ratio',
          match: {
            tags: { stage: 'canary*' },
            otaType: 'CONTINUOUS',
            configurationId: 'abc*',
            taskId: 'canary*',
            things: { atLeast: 1_000, below: 50_000 },
            abortCriteria: false,
          },
          origin: origin(11),
          fields: { percent: 2 },
        },
        { id: 'stalled', kind: 'stalled', origin: origin(16), fields: { enabled: false } },
        {
          id: 'mine',
          kind: 'rate',
          origin: origin(18),
          fields: {
            perMinute: 2.5,
            windowMs: 30 * MINUTE,
            keepFiringForMs: 90_000,
            repeatEveryMs: 24 * 60 * MINUTE,
            mutedUntil,
          },
        },
        { id: 'mine', kind: 'rate', origin: origin(20), fields: { mutedUntil } },
        {
          id: 'late',
          kind: 'overdue',
          origin: origin(21),
          fields: { afterMs: 120 * MINUTE, projected: false },
        },
      ],
    });
  });

  it('reads JSON, also with tabs, a byte order mark and the name of its schema', () => {
    const file = { $schema: './schemas/rules.schema.json', version: 1, rules: [{ id: 'a', kind: 'slow' }] };
    const entries = [{ id: 'a', kind: 'slow', origin: { source: 'r.json', line: 5 }, fields: {} }];
    expect(parseRuleFile(`\ufeff${JSON.stringify(file, undefined, '\t')}`, 'r.json')).toEqual({ entries });
  });

  it('reads aliases as what they stand for', () => {
    const text =
      'version: 1\nrules:\n  - { id: a, kind: ratio, percent: &limit 5 }\n  - { id: b, kind: slow, percent: *limit }';
    expect(parseRuleFile(text, 'r.yml').entries.map(({ fields }) => fields)).toEqual([
      { percent: 5 },
      { percent: 5 },
    ]);
  });

  it('tells everything that is wrong, in the order of the lines', () => {
    const text = [
      'version: 2',
      'rules:',
      '  - id: a',
      '    kind: ratio',
      '    percent: 500',
      '    for: 5',
      '  - id: b',
      '    kind: slow',
      '    percnt: 5',
      'rule: 1',
    ].join('\n');
    const read = () => parseRuleFile(text, 'rules.yml');
    expect(read).toThrow(RuleFileError);
    expect(read).toThrow(
      expect.objectContaining({
        message: [
          'rules.yml:1:1 version: expected 1',
          'rules.yml:5:5 rules[0].percent: expected a number above 0, up to 100',
          'rules.yml:6:5 rules[0].for: expected a duration such as 90s, 10m, 1h30m or 1d: a number alone has no unit',
          'rules.yml:9:5 rules[1].percnt: there is no such field here: did you mean percent?',
          'rules.yml:10:1 rule: there is no such field here: did you mean rules?',
        ].join('\n'),
        problems: expect.arrayContaining([
          {
            line: 5,
            column: 5,
            path: 'rules[0].percent',
            message: 'expected a number above 0, up to 100',
          },
        ]),
      }),
    );
  });

  it.each([
    ['nothing', '', ['1:1: the file is empty: expected at least "version: 1" and "rules: []"']],
    ['a comment', '# nothing', ['1:1: the file is empty: expected at least "version: 1" and "rules: []"']],
    ['a text', 'hello', ['1:1: expected an object with fields such as $schema and version']],
    ['a list', '- a', ['1:1: expected an object with fields such as $schema and version']],
    [
      'an object',
      '{}',
      ['1:1 version: missing: expected 1', '1:1 rules: missing: expected a list of entries, [] for none'],
    ],
    ['no rules', 'version: 1\nrules:', ['2:1 rules: expected a list of entries, [] for none']],
    [
      'two documents',
      'version: 1\nrules: []\n---\nversion: 1',
      ['3:1: expected one document: here begins a second'],
    ],
    ['a field twice', 'version: 1\nrules: []\nrules: []', ['3:1: there is such a field already']],
    [
      'a field twice and something else',
      'version: 1\nrules:\n  - id: a\n    id: a\n    kind: b',
      [
        '4:5: there is such a field already',
        '5:5 rules[0].kind: expected one of abort-criteria, ratio, count, rate, stalled, overdue, slow, stuck-scheduled, milestone, unreachable',
      ],
    ],
    ['an alias of nothing', 'version: 1\nrules: *x', ['2:8: there is no anchor x before this']],
    ['a tag', 'version: !one 1\nrules: []', ['1:10: Unresolved tag: !one']],
    ['a list as a name', 'version: 1\nrules: []\n? [a]\n: 1', ['3:3: expected a plain name of a field']],
    ['a name that objects have', 'version: 1\nrules: []\n__proto__: {}', ['3:1: expected another name']],
    [
      'what is no YAML',
      'version: 1\nrules: [',
      ['2:9: Flow sequence in block collection must be sufficiently indented and end with a ]'],
    ],
    [
      'lists in lists',
      `rules: ${'['.repeat(100_000)}`,
      [expect.stringMatching(/: lists and objects lie too deep in one another$/)],
    ],
    [
      'itself',
      'version: 1\nrules: &a [*a]',
      ['2:12 rules[0]: expected an object with fields such as id and kind'],
    ],
  ])('refuses %s', (_, text, expected) => {
    const found = problemsOf(text).map((line) => line.replace(/^r\.yml:/, ''));
    expect(found).toEqual(expected);
  });

  it('refuses aliases that stand for far more than there is', () => {
    const anchors = ['a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]'];
    for (let level = 1; level < 9; level += 1)
      anchors.push(`a${level}: &a${level} [${`*a${level - 1}, `.repeat(10)}]`);
    expect(problemsOf(`x:\n  ${anchors.join('\n  ')}`)).toEqual(['r.yml:1:1: expected at most 100 aliases']);
    expect(problemsOf(`x: &x 1\ny: [${'*x, '.repeat(101)}]`)).toEqual([
      expect.stringMatching(/^r\.yml:2:\d+: expected at most 100 aliases$/),
    ]);
  });

  it('refuses a file that is too long before it reads it', () => {
    expect(problemsOf(`# ${'x'.repeat(4_000_000)}`)).toEqual([
      'r.yml:1:1: the file has 4000002 characters: expected at most 4000000',
    ]);
  });

  it('has limits for entries and ids', () => {
    const entry = (id: number) => `- { id: r${id}, kind: slow }`;
    const many = (entries: number, ids: number) =>
      problemsOfEntries(...Array.from({ length: entries }, (_, index) => entry(index % ids)));
    expect(many(100, 50)).toEqual([]);
    expect(many(101, 50)).toEqual(['r.yml:2:1 rules: expected at most 100 entries']);
    expect(many(60, 52)).toEqual(['r.yml:53:5 rules[50]: expected at most 50 different ids']);
  });

  it('never fails in another way than by telling problems', () => {
    const piece = fc.constantFrom(
      ...[
        'version: 1',
        'rules:',
        '\n',
        '  - ',
        'id: a',
        'kind: ratio',
        'percent: ',
        '5',
        ', ',
        '{',
        '}',
        '[',
        ']',
      ],
      ...[
        '&a ',
        '*a',
        '? ',
        ': ',
        '"',
        '|',
        '!!set',
        '---',
        '#',
        '\t',
        '%YAML 1.1',
        'match: ',
        'tags: ',
        '__proto__: 1',
      ],
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(piece, { maxLength: 30 }).map((all) => all.join('')),
          fc.json(),
        ),
        (text) => {
          expect(problemsOf(text)).toBeInstanceOf(Array);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('an entry', () => {
  it('overrides what is built in, also what is not for all tasks', () => {
    const { entries } = parseRuleFile(
      'version: 1\nrules:\n  - { id: failed-percent, severity: critical }',
      'r.yml',
    );
    expect(entries).toEqual([
      {
        id: 'failed-percent',
        kind: 'ratio',
        origin: { source: 'r.yml', line: 3 },
        fields: { severity: 'critical' },
      },
    ]);
  });

  it.each([
    ['- { kind: slow }', '[0].id: missing: expected up to 64 of a-z, 0-9 and -, of which - is not the first'],
    ['- { id: A, kind: slow }', '[0].id: expected up to 64 of a-z, 0-9 and -, of which - is not the first'],
    [
      `- { id: ${'a'.repeat(65)}, kind: slow }`,
      '[0].id: expected up to 64 of a-z, 0-9 and -, of which - is not the first',
    ],
    [
      '- { id: tags, kind: slow }',
      '[0].id: ids that begin with "tag" are taken by rules about tags: choose another',
    ],
    ['- 7', '[0]: expected an object with fields such as id and kind'],
    [
      '- { id: a }',
      '[0].kind: missing: the first entry of a has to say one of abort-criteria, ratio, count, rate, stalled, overdue, slow, stuck-scheduled, milestone, unreachable',
    ],
    ['- { id: stalled, kind: slow }', '[0].kind: stalled is of kind stalled (built in): choose another id'],
    [
      '- { id: failed-things, kind: ratio, percent: 5 }',
      '[0].kind: failed-things is of kind count (for the tag ota-watch:failed-things): choose another id',
    ],
    ['- { id: stalled, kind: stale }', '[0].kind: expected stalled'],
    [
      '- { id: a, kind: slow, severty: info }',
      '[0].severty: there is no such field here: did you mean severity?',
    ],
    [
      '- { id: a, kind: slow, recover-above: 60 }',
      '[0].recover-above: there is no such field here: did you mean recoverAbove?',
    ],
    [
      '- { id: a, kind: unreachable, percents: [5] }',
      '[0].percents: there is no such field here: known are id, kind, match, enabled, for, keepFiringFor, repeatEvery, mute, severity, after',
    ],
    [
      '- { id: abort-criteria, severity: info }',
      '[0].severity: there is no such field here: known are id, kind, match, enabled, for, keepFiringFor, repeatEvery, mute, fractions',
    ],
    ['- { id: stalled, enabled: "no" }', '[0].enabled: expected true or false'],
    ['- { id: a, kind: ratio, percent: 5, failures: timedOut }', '[0].failures: expected a list of 1 to 3'],
    ['- { id: stalled, severity: warn }', '[0].severity: expected one of info, warning, error, critical'],
    ['- { id: stalled, for: 10 min }', '[0].for: expected a duration such as 90s, 10m, 1h30m or 1d'],
    ['- { id: stalled, for: true }', '[0].for: expected a duration such as 90s, 10m, 1h30m or 1d'],
    ['- { id: stalled, for: 30m1h }', '[0].for: expected a duration such as 90s, 10m, 1h30m or 1d'],
    ['- { id: stalled, for: 366d }', '[0].for: expected a duration from 0s to 365d'],
    ['- { id: stalled, after: 59s }', '[0].after: expected a duration from 1m to 365d'],
    ['- { id: a, kind: slow, window: 59s }', '[0].window: expected a duration from 1m to 1h'],
    ['- { id: a, kind: slow, window: 1h1s }', '[0].window: expected a duration from 1m to 1h'],
    ['- { id: stalled, mute: soon }', '[0].mute: expected "until" and a time such as 2026-12-01T00:00Z'],
    ['- { id: stalled, mute: 5 }', '[0].mute: expected "until" and a time such as 2026-12-01T00:00Z'],
    ['- { id: stalled, mute: until 2026-13-01 }', '[0].mute: there is no such time'],
    ['- { id: failed-percent, percent: 0 }', '[0].percent: expected a number above 0, up to 100'],
    ['- { id: failed-percent, percent: .inf }', '[0].percent: expected a number above 0, up to 100'],
    [
      '- { id: failed-percent, percent: 1, minExecuted: 1.5 }',
      '[0].minExecuted: expected a whole number, 1 or more',
    ],
    ['- { id: failed-percent, percent: 1, of: all }', '[0].of: expected one of executed, total'],
    [
      '- { id: failed-percent, percent: 1, failures: [canceled] }',
      '[0].failures[0]: expected one of failed, rejected, timedOut',
    ],
    ['- { id: failed-percent, percent: 1, failures: [] }', '[0].failures: expected a list of 1 to 3'],
    ['- { id: a, kind: count, things: 1, states: [failed, failed] }', '[0].states: expected each only once'],
    ['- { id: a, kind: rate, perMinute: 0 }', '[0].perMinute: expected a number above 0'],
    // What is multiplied by the minutes of a window must stay a number.
    [
      '- { id: a, kind: rate, perMinute: 1e308 }',
      '[0].perMinute: expected a number above 0, up to 1000000000',
    ],
    ['- { id: a, kind: milestone, percents: [5, 5] }', '[0].percents: expected each only once'],
    [
      '- { id: a, kind: milestone, percents: [1,2,3,4,5,6,7,8,9,10,11] }',
      '[0].percents: expected a list of 1 to 10',
    ],
    [
      '- { id: abort-criteria, fractions: [{ percent: 0, severity: info }] }',
      '[0].fractions[0].percent: expected a number from 1 to 100',
    ],
    [
      '- { id: abort-criteria, fractions: [{ percent: 5 }] }',
      '[0].fractions[0].severity: missing: expected one of info, warning, error, critical',
    ],
    [
      '- { id: abort-criteria, fractions: [{ percent: 5, severity: info }, { percent: 5, severity: error }] }',
      '[0].fractions: expected each only once',
    ],
    ['- { id: stalled, match: {} }', '[0].match: expected at least one condition'],
    ['- { id: stalled, match: { tags: {} } }', '[0].match.tags: expected at least one condition'],
    [
      '- { id: stalled, match: { tags: { "a b": 1 } } }',
      '[0].match.tags["a b"]: expected a text: put it in quotes if it looks like something else',
    ],
    [
      '- { id: stalled, match: { taskId: 7 } }',
      '[0].match.taskId: expected a text: put it in quotes if it looks like something else',
    ],
    ['- { id: stalled, match: { taskId: "" } }', '[0].match.taskId: expected a pattern'],
    ['- { id: stalled, match: { things: {} } }', '[0].match.things: expected at least one condition'],
    [
      '- { id: stalled, match: { things: { atLeast: 5, below: 5 } } }',
      '[0].match.things: expected below to be above atLeast',
    ],
    [
      '- { id: stalled, match: { things: 5 } }',
      '[0].match.things: expected an object with fields such as atLeast and below',
    ],
    [
      '- { id: stalled, match: { stage: a } }',
      '[0].match.stage: there is no such field here: known are tags, otaType, configurationId, taskId, things, abortCriteria',
    ],
  ])('is told what is wrong: %s', (entry, problem) => {
    expect(problemsOfEntries(entry).map((line) => line.replace(/^r\.yml:3:\d+ rules/, ''))).toEqual([
      problem,
    ]);
  });

  it.each([
    [
      ['- { id: a, kind: ratio }'],
      '3 rules[0].percent: missing: kind ratio needs it, here or in an earlier entry of a for all tasks',
    ],
    [
      ['- { id: a, kind: rate }'],
      '3 rules[0].perMinute: missing: kind rate needs it, here or in an earlier entry of a for all tasks',
    ],
    [
      ['- { id: a, kind: milestone }'],
      '3 rules[0].percents: missing: kind milestone needs it, here or in an earlier entry of a for all tasks',
    ],
    [
      ['- { id: a, kind: count, states: [failed] }'],
      '3 rules[0].things: missing: kind count needs it, here or in an earlier entry of a for all tasks',
    ],
    [
      ['- { id: a, kind: ratio, match: { taskId: x }, percent: 5 }', '- { id: a, minExecuted: 5 }'],
      '4 rules[1].percent: missing: kind ratio needs it, here or in an earlier entry of a for all tasks',
    ],
    [
      ['- { id: a, kind: ratio, enabled: false }', '- { id: a, match: { taskId: x }, enabled: true }'],
      '4 rules[1].percent: missing: kind ratio needs it, here or in an earlier entry of a for all tasks',
    ],
    [
      ['- { id: a, kind: ratio, percent: 5 }', '- { id: a, kind: count, things: 1, states: [failed] }'],
      '4 rules[1].kind: a is of kind ratio (since line 3): choose another id',
    ],
    [
      ['- { id: a, kind: ratio, percent: 5, recoverBelow: 6 }'],
      '3 rules[0].recoverBelow: expected at most percent, which is 5',
    ],
    [
      ['- { id: a, kind: ratio, percent: 5 }', '- { id: a, match: { taskId: x }, recoverBelow: 6 }'],
      '4 rules[1].recoverBelow: expected at most percent, which is 5',
    ],
    [
      ['- { id: a, kind: count, states: [failed], things: 5, recoverBelow: 6 }'],
      '3 rules[0].recoverBelow: expected at most things, which is 5',
    ],
    [
      ['- { id: a, kind: rate, perMinute: 5, recoverBelow: 6 }'],
      '3 rules[0].recoverBelow: expected at most perMinute, which is 5',
    ],
    [
      ['- { id: a, kind: slow, recoverAbove: 40 }'],
      '3 rules[0].recoverAbove: expected at least percent, which is 50',
    ],
    [
      ['- { id: a, kind: slow, percent: 60, recoverAbove: 59 }'],
      '3 rules[0].recoverAbove: expected at least percent, which is 60',
    ],
  ])('is held against those before it: %j', (entries, problem) => {
    expect(problemsOfEntries(...entries).map((line) => line.replace(/^r\.yml:(\d+):\d+/, '$1'))).toEqual([
      problem,
    ]);
  });

  it.each([
    [
      'a limit that is overridden takes its recovery limit along',
      '- { id: a, kind: ratio, percent: 5, recoverBelow: 4 }',
      '- { id: a, percent: 2 }',
    ],
    [
      'what is off needs nothing',
      '- { id: failed-percent, enabled: false }',
      '- { id: a, kind: ratio, enabled: false }',
      '- { id: a, match: { taskId: x }, severity: info }',
    ],
    [
      'a rule that is there for all tasks is complete',
      '- { id: a, kind: ratio, percent: 5 }',
      '- { id: a, match: { taskId: x }, enabled: true }',
    ],
    [
      'it may repeat its kind',
      '- { id: stalled, kind: stalled, after: 2h }',
      '- { id: stalled, kind: stalled }',
    ],
    ['a rule that tags bring about has its kind', '- { id: failed-things, things: 5, states: [failed] }'],
    ['a recovery limit may be the limit', '- { id: a, kind: slow, percent: 60, recoverAbove: 60 }'],
  ])('%s', (_, ...entries) => {
    expect(problemsOfEntries(...entries)).toEqual([]);
  });

  it.each([
    [['- { id: a }', '- { id: a, percent: 5 }'], 1],
    [['- { id: a }', '- { id: a, kind: ratio }'], 1],
    [['- { id: a, kind: ratio, percent: 500 }', '- { id: a, minExecuted: 5, recoverBelow: 5 }'], 1],
    [['- { id: a, kind: ratio, precent: 5, severity: warn }'], 3],
  ])('causes no problems where another is the cause: %j', (entries, problems) => {
    expect(problemsOfEntries(...entries)).toHaveLength(problems);
  });
});
