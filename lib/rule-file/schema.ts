import { z } from 'zod';
import { CONFIGURABLE_KINDS, type ConfigurableKind } from '../domain/rules/rule-set.ts';
import { alerts } from './alerts.ts';
import { EVERY_FIELD, FIELDS } from './fields.ts';
import { match } from './match.ts';
import { oneOf, strict, TEXT_EXPECTED } from './values.ts';

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
    alerts: alerts.exactOptional(),
  });

/** A rule file whose entries have not been looked at. */
export const FileHead = ruleFile(z.unknown());
