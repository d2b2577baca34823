import { z } from 'zod';
import { flag, strict, TEXT_EXPECTED, wholeNumberFrom } from './values.ts';

const anyPattern = z.string({ error: TEXT_EXPECTED }).max(1_024, 'expected at most 1024 characters');
const pattern = anyPattern
  .min(1, 'expected a pattern')
  .meta({ id: 'pattern', description: 'A text in which * stands for any text and ? for one character.' });

const notEmpty = (value: object) => Object.keys(value).length > 0;
const NOT_EMPTY = {
  error: 'expected at least one condition',
  // A field that nobody knows is not among the value's, and told already.
  when: ({ issues }: { readonly issues: readonly unknown[] }) => issues.length === 0,
};

const CONDITIONS = {
  tags: z
    .record(z.string().min(1, 'expected the key of a tag'), anyPattern, {
      error: 'expected tags with patterns',
    })
    .refine(notEmpty, NOT_EMPTY)
    .meta({ minProperties: 1 })
    .exactOptional()
    .describe(
      'Tags that the task must have, each with a pattern for its value: * stands for any text, ? for one character.',
    ),
  otaType: pattern.exactOptional().describe('ONE_TIME, CONTINUOUS or a pattern.'),
  configurationId: pattern.exactOptional().describe("A pattern for the id of the task's configuration."),
  taskId: pattern.exactOptional().describe('A pattern for the id of the task.'),
  things: strict({
    atLeast: wholeNumberFrom(0).exactOptional().describe('So many things, or more.'),
    below: wholeNumberFrom(1).exactOptional().describe('Fewer things than this.'),
  })
    .refine(notEmpty, NOT_EMPTY)
    .refine(
      ({ atLeast = 0, below = Number.POSITIVE_INFINITY }) => atLeast < below,
      'expected below to be above atLeast',
    )
    .meta({ minProperties: 1 })
    .exactOptional()
    .describe('How many things the task targets.'),
};

/** The tasks that an entry is for. */
export const match = strict({
  ...CONDITIONS,
  abortCriteria: flag
    .exactOptional()
    .describe('Whether the configuration of the task has abort criteria, at which AWS cancels the rollout.'),
})
  .refine(notEmpty, NOT_EMPTY)
  .meta({
    id: 'match',
    minProperties: 1,
    description: 'The tasks that the entry is for: those that meet every condition. All tasks without it.',
  });

/** The tasks that a route is for. */
export const routeMatch = strict(
  CONDITIONS,
  new Map([['abortCriteria', 'for rules only: where alerts go does not depend on the configuration']]),
)
  .refine(notEmpty, NOT_EMPTY)
  .meta({
    id: 'routeMatch',
    minProperties: 1,
    description: 'The tasks that the route is for: those that meet every condition. All tasks without it.',
  });
