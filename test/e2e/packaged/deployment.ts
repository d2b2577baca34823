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
import { unpack, Workshop } from '../template/package.ts';

/** What deploying the package would make, as far as a poll has to do with it. */
export interface Deployment {
  readonly template: Template;
  /** The function that the schedule starts. */
  readonly poll: FunctionDefinition;
  readonly pollArn: string;
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

/** Packages the service and unpacks its poll. */
export async function deploy(): Promise<Deployment> {
  const workshop = await Workshop.open();
  const packaged = await workshop.package('dev', []);
  const place = { region: REGION, accountId: ACCOUNT, stackName: 'ota-watch-dev' };
  const template = openTemplate(JSON.parse(packaged.text), place);
  const { target } = only(schedulesOf(template));
  if (target.kind !== 'function') throw new Error('The schedule starts no function');
  const isTarget = ({ logicalId }: { logicalId: string }) => logicalId === target.functionLogicalId;
  const code = only(template.resourcesOf('AWS::Lambda::Function', codeSchema).filter(isTarget));
  const archive = path.basename(code.properties.Code.S3Key, '.zip');
  const codeFolder = await workshop.emptyFolder('task');
  await unpack(await packaged.archive(archive), codeFolder);
  // Without types, since every process would take them away anew.
  const runtime = path.join(workshop.folder, 'runtime.mjs');
  const source = await readFile(path.join(import.meta.dirname, 'runtime.ts'), 'utf8');
  await writeFile(runtime, stripTypeScriptTypes(source));
  return {
    template,
    poll: only(functionsOf(template).filter(isTarget)),
    pollArn: String(template.resolve({ 'Fn::GetAtt': [target.functionLogicalId, 'Arn'] }, 'poll')),
    event: applyInput(target.input, JSON.parse(await readFile(SCHEDULED_EVENT, 'utf8'))),
    codeFolder,
    runtime,
    tables: tablesOf(template),
    close: () => workshop.close(),
  };
}

function only<Item>(items: readonly Item[]): Item {
  const [item, ...others] = items;
  if (item === undefined || others.length > 0) throw new Error(`There are ${items.length}, not one`);
  return item;
}
