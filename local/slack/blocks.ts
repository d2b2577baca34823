import { z } from 'zod';

/**
 * What Slack takes as blocks of a message: structure, lengths and numbers as the reference of Block Kit publishes them
 * (docs.slack.dev/reference/block-kit). Blocks that this project has no use for are not known, and refused.
 */

const blockId = z.string().min(1).max(255).optional();

const plainText = (max: number) =>
  z.strictObject({
    type: z.literal('plain_text'),
    text: z.string().min(1).max(max),
    emoji: z.boolean().optional(),
  });

const textObject = (max: number) =>
  z.discriminatedUnion('type', [
    plainText(max),
    z.strictObject({
      type: z.literal('mrkdwn'),
      text: z.string().min(1).max(max),
      verbatim: z.boolean().optional(),
    }),
  ]);

const url = z.url({ protocol: /^(https?|mailto)$/ }).max(3000);

const image = { image_url: url, alt_text: z.string().min(1).max(2000) };
const imageElement = z.strictObject({ type: z.literal('image'), ...image });

const button = z.strictObject({
  type: z.literal('button'),
  text: plainText(75),
  action_id: z.string().min(1).max(255).optional(),
  url: url.optional(),
  value: z.string().max(2000).optional(),
  style: z.enum(['primary', 'danger']).optional(),
  accessibility_label: z.string().max(75).optional(),
});

const style = z
  .strictObject({
    bold: z.boolean().optional(),
    italic: z.boolean().optional(),
    strike: z.boolean().optional(),
    underline: z.boolean().optional(),
    code: z.boolean().optional(),
  })
  .optional();

const richTextText = z.strictObject({ type: z.literal('text'), text: z.string().min(1), style });
const richTextLink = z.strictObject({
  type: z.literal('link'),
  url,
  text: z.string().min(1).optional(),
  style,
});
const inline = z.discriminatedUnion('type', [
  richTextText,
  richTextLink,
  z.strictObject({
    type: z.literal('date'),
    timestamp: z.int(),
    format: z.string().min(1),
    url: url.optional(),
    fallback: z.string().min(1).optional(),
    style,
  }),
  z.strictObject({
    type: z.literal('emoji'),
    name: z.string().min(1),
    unicode: z.string().optional(),
    style,
  }),
]);

const richTextSection = z.strictObject({
  type: z.literal('rich_text_section'),
  elements: z.array(inline),
});
const border = z.union([z.literal(0), z.literal(1)]).optional();
const richTextElement = z.discriminatedUnion('type', [
  richTextSection,
  z.strictObject({
    type: z.literal('rich_text_list'),
    style: z.enum(['bullet', 'ordered']),
    elements: z.array(richTextSection).min(1),
    indent: z.int().min(0).max(8).optional(),
    border,
  }),
  z.strictObject({
    type: z.literal('rich_text_preformatted'),
    elements: z.array(z.discriminatedUnion('type', [richTextText, richTextLink])).min(1),
    border,
  }),
  z.strictObject({ type: z.literal('rich_text_quote'), elements: z.array(inline).min(1), border }),
]);

const section = z
  .strictObject({
    type: z.literal('section'),
    block_id: blockId,
    text: textObject(3000).optional(),
    fields: z.array(textObject(2000)).min(1).max(10).optional(),
    accessory: z.discriminatedUnion('type', [button, imageElement]).optional(),
    expand: z.boolean().optional(),
  })
  .refine(({ text, fields }) => text !== undefined || fields !== undefined, 'text or fields is required');

const actions = z
  .strictObject({
    type: z.literal('actions'),
    block_id: blockId,
    elements: z.array(button).min(1).max(25),
  })
  .refine(
    ({ elements }) => areUnique(elements.map(({ action_id }) => action_id)),
    'action_id is not unique in the block',
  );

const blockSchema = z.discriminatedUnion('type', [
  section,
  actions,
  z.strictObject({ type: z.literal('header'), block_id: blockId, text: plainText(150) }),
  z.strictObject({
    type: z.literal('context'),
    block_id: blockId,
    elements: z
      .array(z.union([textObject(3000), imageElement]))
      .min(1)
      .max(10),
  }),
  z.strictObject({ type: z.literal('divider'), block_id: blockId }),
  z.strictObject({
    type: z.literal('rich_text'),
    block_id: blockId,
    elements: z.array(richTextElement).min(1),
  }),
  z.strictObject({
    type: z.literal('image'),
    block_id: blockId,
    ...image,
    title: plainText(2000).optional(),
  }),
]);

const blocksSchema = z
  .array(blockSchema)
  .max(50)
  .refine((blocks) => areUnique(blocks.map(({ block_id }) => block_id)), 'block_id is not unique');

/** A block that the stand-in knows. */
export type SlackBlock = z.infer<typeof blockSchema>;

/**
 * Most characters of all blocks of a message, as JSON in ASCII. Not published; chat.postMessage was seen to answer
 * msg_blocks_too_long from 13,297 characters on (issues 2509 and 2867 of slackapi/bolt-js).
 */
const MAX_BLOCKS_LENGTH = 13_200;

/** Why blocks are refused: Slack's error, and what is wrong, in the words of the schema. */
export interface BlocksRefusal {
  readonly error: 'invalid_blocks' | 'msg_blocks_too_long';
  readonly problems: readonly string[];
}

/** Checks the blocks of a message. */
export function readBlocks(value: unknown): readonly SlackBlock[] | BlocksRefusal {
  const parsed = blocksSchema.safeParse(value);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ message, path }) => `${message} [json-pointer:/blocks/${path.map(String).join('/')}]`,
    );
    return { error: 'invalid_blocks', problems };
  }
  const length = asciiLength(JSON.stringify(parsed.data));
  if (length <= MAX_BLOCKS_LENGTH) return parsed.data;
  return { error: 'msg_blocks_too_long', problems: [`blocks have ${length} characters`] };
}

/** Length of JSON in which everything that is not ASCII is escaped. */
function asciiLength(json: string): number {
  return json.replace(/[^\0-\x7f]/g, '\\uXXXX').length;
}

function areUnique(ids: readonly (string | undefined)[]): boolean {
  const given = ids.filter((id) => id !== undefined);
  return new Set(given).size === given.length;
}
