import { createRequire } from 'node:module';
import { z } from 'zod';
import { wordsOf } from './entries.ts';

/** The SDK's clients, also those that only the deployment tool depends on. */
const ownRequire = createRequire(import.meta.url);
const toolRequire = createRequire(ownRequire.resolve('serverless/package.json'));

/** Services by the names that the AWS CLI has for them. */
const CLIENTS: Readonly<Record<string, string>> = {
  cloudformation: '@aws-sdk/client-cloudformation',
  events: '@aws-sdk/client-eventbridge',
  lambda: '@aws-sdk/client-lambda',
  sqs: '@aws-sdk/client-sqs',
  ssm: '@aws-sdk/client-ssm',
};

/** A call of the SDK. */
export interface AwsCall {
  readonly service: string;
  /** As the SDK writes it, for example PurgeQueue. */
  readonly operation: string;
  readonly input: Input;
}

type Input = Readonly<Record<string, string | number | readonly string[] | true>>;

/** Structures of the SDK's schemas: names of members, their types, and how many of the first ones are required. */
const Structure = z
  .tuple([z.literal(3), z.string(), z.string(), z.unknown(), z.array(z.string()), z.array(z.unknown())])
  .rest(z.number());
const Operation = z.tuple([z.literal(9), z.string(), z.string(), z.unknown(), z.unknown(), z.unknown()]);
const [NUMBER, BOOLEAN, LIST] = [1, 2, 64];

/**
 * What a command of the AWS CLI calls: its operation, and the members of its input.
 *
 * @throws for what the SDK's own command does not have, or needs besides
 */
export function awsCallOf(command: string): AwsCall {
  const [aws, service = '', name = '', ...words] = wordsOf(command);
  const module = CLIENTS[service];
  if (aws !== 'aws' || module === undefined)
    throw new Error(`Not a command of the AWS CLI that is known: ${command}`);
  const exported: Record<string, unknown> = toolRequire(module);
  const operation = Object.keys(exported)
    .find((key) => same(key, `${name}$`))
    ?.slice(0, -1);
  if (operation === undefined || exported[`${operation}Command`] === undefined)
    throw new Error(`${service} has no operation ${name}`);
  const [, , , , inputSchema] = Operation.parse(exported[`${operation}$`]);
  const [, , , , names, types, required = 0] = Structure.parse(
    typeof inputSchema === 'function' ? inputSchema() : inputSchema,
  );
  const given = optionsOf(words);
  const members = Object.entries(given).map(([option, values]) => {
    const index = names.findIndex((member) => same(member, option));
    const member = names[index];
    if (member === undefined) throw new Error(`${operation} takes no ${option}`);
    return [member, memberOf(values, types[index], option)] as const;
  });
  const input = Object.fromEntries(members);
  for (const member of names.slice(0, required))
    if (!(member in input)) throw new Error(`${operation} needs ${member}`);
  return { service, operation, input };
}

/** The AWS CLI writes `QueueUrl` as `queue-url`, and `UUID` as `uuid`. */
const same = (member: string, option: string) =>
  member.toLowerCase() === option.replaceAll('-', '').toLowerCase();

function optionsOf(words: readonly string[]): Record<string, string[]> {
  const options: Record<string, string[]> = {};
  let values: string[] | undefined;
  for (const word of words) {
    if (word.startsWith('--')) {
      values = [];
      options[word.slice(2)] = values;
    } else if (values === undefined) throw new Error(`Not an option: ${word}`);
    else values.push(word);
  }
  return options;
}

function memberOf(values: readonly string[], type: unknown, option: string): Input[string] {
  const [value, ...more] = values;
  const isList = (Array.isArray(type) ? type[0] : type) === LIST;
  if ((value === undefined) !== (type === BOOLEAN) || (more.length > 0 && !isList))
    throw new Error(`--${option} has the wrong number of values`);
  if (value === undefined) return true;
  if (type === NUMBER) return Number(value);
  return isList ? values : value;
}
