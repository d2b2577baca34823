import { z } from 'zod';
import { CONFIGURABLE_KINDS, type ConfigurableKind } from '../domain/rules/rule-set.ts';
import { EVERY_FIELD, FIELDS } from './fields.ts';
import { flag, oneOf, strict, wholeNumberFrom } from './values.ts';

export const MAX_ENTRIES = 100;
export const MAX_IDS = 50;

export const ID_DESCRIPTION =
  'The name of the rule. Entries of one id are one rule: later ones override earlier ones.';
const ID_EXPECTED = 'expected up to 64 of a-z, 0-9 and -, of which - is not the first';
export const ruleId = z
  .string({ error: ID_EXPECTED })
  .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, ID_EXPECTED)
  .regex(/^(?!tag)/, 'ids that begin with "tag" are taken by rules about tags: choose another')
  .regex(/^(?!constructor$)/, 'this id is reserved: choose another')
  .describe(ID_DESCRIPTION);

const TEXT_EXPECTED = 'expected a text: put it in quotes if it looks like something else';
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

export const match = strict({
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

export const KIND_DESCRIPTION = 'What the rule watches. The first entry of an id says it; later ones may.';
const anyKind = oneOf(CONFIGURABLE_KINDS).describe(KIND_DESCRIPTION);

/** What can be told of an entry before its kind is known. */
export const EntryHead = z.looseObject({
  id: ruleId.optional().catch(undefined),
  kind: anyKind.optional().catch(undefined),
});

/** An entry whose kind is not known: any field will do. */
export const AnyEntry = strict({ ...head(CONFIGURABLE_KINDS), ...EVERY_FIELD });

/** An entry as it is read. Durations are milliseconds, times epoch milliseconds. */
export type ParsedEntry = z.output<typeof AnyEntry>;

function head<const Kinds extends readonly ConfigurableKind[]>(kinds: Kinds) {
  const kind = oneOf(kinds).exactOptional().describe(KIND_DESCRIPTION);
  return { id: ruleId, kind, match: match.exactOptional() };
}

/** An entry of each kind. */
export const ENTRIES: Readonly<Record<ConfigurableKind, z.ZodType<ParsedEntry>>> = {
  'abort-criteria': strict({ ...head(['abort-criteria']), ...FIELDS['abort-criteria'] }),
  ratio: strict({ ...head(['ratio']), ...FIELDS.ratio }),
  count: strict({ ...head(['count']), ...FIELDS.count }),
  rate: strict({ ...head(['rate']), ...FIELDS.rate }),
  stalled: strict({ ...head(['stalled']), ...FIELDS.stalled }),
  overdue: strict({ ...head(['overdue']), ...FIELDS.overdue }),
  slow: strict({ ...head(['slow']), ...FIELDS.slow }),
  'stuck-scheduled': strict({ ...head(['stuck-scheduled']), ...FIELDS['stuck-scheduled'] }),
  milestone: strict({ ...head(['milestone']), ...FIELDS.milestone }),
  unreachable: strict({ ...head(['unreachable']), ...FIELDS.unreachable }),
};

/** A rule file with entries of this form. */
export const ruleFile = <Entries extends z.ZodType>(entries: Entries) =>
  strict({
    $schema: z
      .string({ error: TEXT_EXPECTED })
      .exactOptional()
      .describe('The JSON Schema by which editors complete the file.'),
    version: z.literal(1, { error: 'expected 1' }).describe('The version of this form of file.'),
    rules: z
      .array(entries, { error: 'expected a list of entries, [] for none' })
      .max(MAX_ENTRIES, `expected at most ${MAX_ENTRIES} entries`)
      .describe('Later entries override earlier ones of the same id, field by field, where they match.'),
  });

/** A rule file whose entries have not been looked at. */
export const FileHead = ruleFile(z.unknown());
