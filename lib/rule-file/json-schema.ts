import { z } from 'zod';
import { CONFIGURABLE_KINDS } from '../domain/rules/rule-set.ts';
import { EVERY_FIELD, FIELDS } from './fields.ts';
import { FIXED_IDS } from './kinds.ts';
import { match } from './match.ts';
import { ID_DESCRIPTION, KIND_DESCRIPTION, ruleFile, ruleId } from './schema.ts';
import { strict } from './values.ts';

/**
 * The JSON Schema (draft 2020-12) of rule files, for editors. It cannot say what depends on other entries or on how large
 * values are to each other: which entries have to be complete, recovery limits, how long durations may be, which tags are taken.
 */
export function ruleFileSchema(): object {
  const fixed = [...FIXED_IDS.keys()].join('|');
  const ownId = ruleId.regex(new RegExp(`^(?!(${fixed})$)`)).describe(ID_DESCRIPTION);
  const entries = [
    ...Array.from(FIXED_IDS, ([id, { kind }]) =>
      entryOf(z.literal(id).describe(ID_DESCRIPTION), FIELDS[kind], kindOf(kind).exactOptional()),
    ),
    ...CONFIGURABLE_KINDS.map((kind) => entryOf(ownId, FIELDS[kind], kindOf(kind))),
    entryOf(ownId, EVERY_FIELD),
  ];
  const { $schema, ...schema } = z.toJSONSchema(ruleFile(z.union(entries)), { io: 'input' });
  return { $schema, $id: 'rules.schema.json', title: 'ota-watch rules', ...schema };
}

function kindOf(kind: string) {
  return z.literal(kind).describe(KIND_DESCRIPTION);
}

function entryOf(id: z.ZodType, fields: z.core.$ZodShape, kind?: z.ZodType) {
  return strict({ id, ...(kind && { kind }), match: match.exactOptional(), ...fields });
}
