import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

const runningStackSchema = z.object({
  /** Of the process that runs the stack. */
  pid: z.int().positive(),
  region: z.string(),
  accountId: z.string(),
  endpoints: z.object({
    managedIntegrations: z.url(),
    dynamodb: z.url(),
    eventBridge: z.url(),
    sqs: z.url(),
    ssm: z.url(),
    cloudWatch: z.url(),
    lambda: z.url(),
  }),
  /** Where the API answers, if there is one. */
  api: z.url(),
  dashboard: z.exactOptional(z.url()),
  tables: z.object({ tasks: z.string(), history: z.string(), alerts: z.exactOptional(z.string()) }),
  /** URLs of the queues, by logical id. */
  queues: z.record(z.string(), z.url()),
  /** Where alerts go. */
  alerts: z.object({
    slackApi: z.exactOptional(z.url()),
    pagerDutyEvents: z.exactOptional(z.url()),
  }),
});

/** What another command needs to know to work with a local stack that runs. */
export type RunningStack = z.infer<typeof runningStackSchema>;

const fileOf = (project: string) => path.join(project, '.local/stack.json');

/** Leaves word of a stack, in place of any other. */
export async function announceStack(project: string, stack: RunningStack): Promise<void> {
  const file = fileOf(project);
  const draft = `${file}.${stack.pid}`;
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(draft, `${JSON.stringify(stack, null, 2)}\n`);
  await rename(draft, file);
}

/** Takes the word back, unless another stack has left its own since. */
export async function withdrawStack(project: string, pid: number): Promise<void> {
  if ((await readAnnounced(project))?.pid === pid) await rm(fileOf(project), { force: true });
}

/** The stack of a project that runs now: the one that was started last; undefined when there is none. */
export async function findRunningStack(project: string): Promise<RunningStack | undefined> {
  const stack = await readAnnounced(project);
  return stack !== undefined && isAlive(stack.pid) ? stack : undefined;
}

async function readAnnounced(project: string): Promise<RunningStack | undefined> {
  try {
    return runningStackSchema.parse(JSON.parse(await readFile(fileOf(project), 'utf8')));
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && Reflect.get(error, 'code') === 'EPERM';
  }
}
