import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { type Listening, listen } from '../../../local/bus/listen.ts';
import { wordsOf } from './entries.ts';

const REPOSITORY = path.resolve(import.meta.dirname, '../../..');
const load = createRequire(import.meta.url);
const Commands = z.map(
  z.string(),
  z.object({
    options: z.record(
      z.string(),
      z.object({
        type: z.string().optional(),
        shortcut: z.string().optional(),
        required: z.boolean().optional(),
      }),
    ),
  }),
);
const COMMANDS = Commands.parse(load('serverless/lib/cli/commands-schema/aws-service.js'));

/**
 * What is wrong with a command of the deployment tool, by its own description of its commands.
 *
 * @param functions those that there are when everything is switched on
 */
export function serverlessProblems(command: string, functions: readonly string[]): string[] {
  const [npx, tool, name = '', ...words] = wordsOf(command);
  const options = COMMANDS.get(name)?.options;
  if (npx !== 'npx' || tool !== 'serverless' || options === undefined) return [`not a command: ${command}`];
  const given = new Map<string, string | undefined>();
  for (const [index, word] of words.entries()) {
    const [, option, value] = /^--([\w-]+)(?:=(.*))?$/.exec(word) ?? [];
    if (option !== undefined) given.set(option, value ?? words[index + 1]);
  }
  const required = Object.keys(options).filter((option) => options[option]?.required);
  const called = given.get('function');
  return [
    ...[...given.keys()]
      .filter((option) => !(option in options))
      .map((option) => `${name} takes no --${option}`),
    ...required.filter((option) => !given.has(option)).map((option) => `${name} needs --${option}`),
    ...(called === undefined || functions.includes(called) ? [] : [`there is no function ${called}`]),
  ];
}

/** Lambda and CloudWatch Logs, as far as the deployment tool asks them. */
export interface Cloud extends Listening {
  /** Operations and what they were about. */
  readonly asked: readonly string[];
}

export async function startCloud(logged: string, answered: object): Promise<Cloud> {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const [, operation] = /\.(\w+)$/.exec(String(request.headers['x-amz-target'] ?? '')) ?? [];
    const of =
      operation === undefined
        ? {}
        : z
            .object({ logGroupName: z.string(), filterPattern: z.string().optional() })
            .parse(JSON.parse(body));
    asked.push(operation === undefined ? `${request.url}` : `${operation} ${Object.values(of).join(' ')}`);
    const answers: Readonly<Record<string, object>> = {
      DescribeLogStreams: { logStreams: [{ logStreamName: 'one' }] },
      FilterLogEvents: { events: [{ message: logged, timestamp: 0 }] },
    };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(operation === undefined ? answered : answers[operation]));
  });
  return { ...(await listen(server, 0)), asked };
}

/** Runs a command of the deployment tool in the repository. */
export function serverless(command: string, cloud: Cloud, home: string) {
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL: cloud.url,
  };
  const [, , ...args] = wordsOf(command);
  const bin = path.join(REPOSITORY, 'node_modules/.bin/serverless');
  return new Promise<{ status: number | string; stdout: string; stderr: string }>((resolve) => {
    const child = execFile(bin, args, { env, cwd: REPOSITORY }, (error, stdout, stderr) => {
      resolve({ status: error?.code ?? 0, stdout, stderr });
    });
    // An invocation takes its input from there.
    child.stdin?.end();
  });
}
