/** Code whose mutants are judged together, and the tests that judge them. */
export interface Area {
  readonly name: string;
  /** Globs. */
  readonly code: readonly string[];
  /** Globs. A part of the whole suite is enough, so the score is the least that the suite has. */
  readonly tests: readonly string[];
  readonly without?: readonly string[];
}

const DOMAIN_TESTS = {
  tests: ['test/unit/domain/**/*.test.ts'],
  // Thousands of runs for each mutant; the tables see nearly as much in milliseconds.
  without: ['**/*.property.test.ts', '**/simulated-rollouts.test.ts'],
};

export const AREAS: readonly Area[] = [
  { name: 'domain', code: ['lib/domain/*.ts'], ...DOMAIN_TESTS },
  { name: 'domain/rules', code: ['lib/domain/rules/**'], ...DOMAIN_TESTS },
  { name: 'domain/alerts', code: ['lib/domain/alerts/**'], ...DOMAIN_TESTS },
  { name: 'domain/fleet', code: ['lib/domain/fleet/**'], ...DOMAIN_TESTS },
  {
    name: 'bus',
    code: ['lib/aws/event-bus.ts', 'lib/aws/put-events.ts'],
    tests: ['test/integration/event-bus.test.ts', 'test/unit/lib/aws/put-events.test.ts'],
  },
  {
    name: 'tables',
    code: [
      'lib/aws/{batch-read,history-table,live-index,statements}.ts',
      'lib/aws/task-{memory,reads,table,writes}.ts',
    ],
    tests: ['test/integration/{task,history}-table.test.ts', 'test/integration/task-table/*.test.ts'],
  },
  { name: 'delivery', code: ['lib/deliver.ts'], tests: ['test/integration/deliver.test.ts'] },
  {
    name: 'polls',
    code: ['lib/poll.ts', 'lib/observe.ts'],
    tests: ['test/integration/{poll,poll-log,failures,track,sampling}.test.ts'],
  },
];

/** The environment variable in which Stryker's processes find the tests of the area. */
export const TESTS_VARIABLE = 'MUTATION_AREA';

/** What vitest runs for the area of that name. */
export function testsOf(name: string | undefined): { include: string[]; exclude: string[] } {
  const area = AREAS.find((one) => one.name === name);
  if (area === undefined) throw new Error(`${TESTS_VARIABLE}: no such area: ${name}`);
  return { include: [...area.tests], exclude: [...(area.without ?? [])] };
}
