import { readFile, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import path from 'node:path';
import { z } from 'zod';
import { schedulesOf } from '../../../local/template/events.ts';
import { type FunctionDefinition, functionsOf } from '../../../local/template/functions.ts';
import { type TableDefinition, tablesOf } from '../../../local/template/tables.ts';
import { applyInput } from '../../../local/template/targets.ts';
import { openTemplate, type Template } from '../../../local/template/template.ts';
import { ACCOUNT, REGION } from '../../support/world.ts';
import { type Packaged, unpack, Workshop } from '../template/package.ts';

/** What deploying the package would make, as far as one of its functions has to do with it. */
export interface Deployment {
  readonly template: Template;
  readonly lambda: FunctionDefinition;
  readonly lambdaArn: string;
  /** What the schedule sends. */
  readonly event: unknown;
  /** The function's code, where nothing else lies. */
  readonly codeFolder: string;
  /** Module that runs it as Lambda does. */
  readonly runtime: string;
  readonly tables: readonly TableDefinition[];
  close(): Promise<void>;
}

const SCHEDULED_EVENT = path.resolve(import.meta.dirname, '../../../events/samples/poll.input.json');
const codeSchema = z.object({ Code: z.object({ S3Key: z.string() }) });

/** Packages the service and unpacks the function that the schedule starts. */
export async function deploy(): Promise<Deployment> {
  const workshop = await Workshop.open();
  const { template, archive } = await packageWith(workshop, []);
  const { target } = only(schedulesOf(template));
  if (target.kind !== 'function') throw new Error('The schedule starts no function');
  const event = applyInput(target.input, JSON.parse(await readFile(SCHEDULED_EVENT, 'utf8')));
  return {
    ...(await unpackFunction(workshop, template, archive, target.functionLogicalId)),
    event,
    close: () => workshop.close(),
  };
}

/** Packages the service with workers that share a poll above so many looks, and unpacks the poll and the workers. */
export async function deploySharing(
  above: number,
): Promise<{ readonly poll: Deployment; readonly worker: Deployment }> {
  const workshop = await Workshop.open();
  const { template, archive } = await packageWith(workshop, [`--param=fanOutAbove=${above}`]);
  const of = async (logicalId: string) => ({
    ...(await unpackFunction(workshop, template, archive, logicalId)),
    event: undefined,
    close: () => workshop.close(),
  });
  return { poll: await of('PollLambdaFunction'), worker: await of('PollShardLambdaFunction') };
}

/** Packages the service with its notifiers, and unpacks these: Slack's, by a bot, and PagerDuty's. */
export async function deployNotifiers(): Promise<{
  readonly slack: Deployment;
  readonly pagerDuty: Deployment;
}> {
  const workshop = await Workshop.open();
  const { template, archive } = await packageWith(workshop, ['--param=slack=bot', '--param=pagerduty=on']);
  const of = async (logicalId: string) => ({
    ...(await unpackFunction(workshop, template, archive, logicalId)),
    event: undefined,
    close: () => workshop.close(),
  });
  return { slack: await of('SlackLambdaFunction'), pagerDuty: await of('PagerDutyLambdaFunction') };
}

async function packageWith(workshop: Workshop, args: string[]) {
  const { text, archive } = await workshop.package('dev', args);
  const place = { region: REGION, accountId: ACCOUNT, stackName: 'ota-watch-dev' };
  return { template: openTemplate(JSON.parse(text), place), archive };
}

async function unpackFunction(
  workshop: Workshop,
  template: Template,
  archive: Packaged['archive'],
  functionLogicalId: string,
): Promise<Omit<Deployment, 'event' | 'close'>> {
  const isIt = ({ logicalId }: { logicalId: string }) => logicalId === functionLogicalId;
  const code = only(template.resourcesOf('AWS::Lambda::Function', codeSchema).filter(isIt));
  const name = path.basename(code.properties.Code.S3Key, '.zip');
  const codeFolder = await workshop.emptyFolder(`code-${functionLogicalId}`);
  await unpack(await archive(name), codeFolder);
  // Without types, since every process would take them away anew.
  const runtime = path.join(workshop.folder, 'runtime.mjs');
  const source = await readFile(path.join(import.meta.dirname, 'runtime.ts'), 'utf8');
  await writeFile(runtime, stripTypeScriptTypes(source));
  return {
    template,
    lambda: only(functionsOf(template).filter(isIt)),
    lambdaArn: String(template.resolve({ 'Fn::GetAtt': [functionLogicalId, 'Arn'] }, functionLogicalId)),
    codeFolder,
    runtime,
    tables: tablesOf(template),
  };
}

function only<Item>(items: readonly Item[]): Item {
  const [item, ...others] = items;
  if (item === undefined || others.length > 0) throw new Error(`There are ${items.length}, not one`);
  return item;
}
