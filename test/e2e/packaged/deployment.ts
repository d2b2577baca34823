import path from 'node:path';
import { z } from 'zod';
import { schedulesOf } from '../../../local/template/events.ts';
import { type FunctionDefinition, functionsOf } from '../../../local/template/functions.ts';
import { type TableDefinition, tablesOf } from '../../../local/template/tables.ts';
import { openTemplate, type Template } from '../../../local/template/template.ts';
import { ACCOUNT, REGION } from '../../support/world.ts';
import { unpack, Workshop } from '../template/package.ts';

/** What deploying the package would make, as far as a poll has to do with it. */
export interface Deployment {
  readonly template: Template;
  /** The function that the schedule starts. */
  readonly poll: FunctionDefinition;
  readonly pollArn: string;
  /** The function's code, where nothing else lies. */
  readonly codeFolder: string;
  readonly tables: readonly TableDefinition[];
  close(): Promise<void>;
}

const codeSchema = z.object({ Code: z.object({ S3Key: z.string() }) });

/** Packages the service and unpacks its poll. */
export async function deploy(): Promise<Deployment> {
  const workshop = await Workshop.open();
  const packaged = await workshop.package('dev', []);
  const place = { region: REGION, accountId: ACCOUNT, stackName: 'ota-watch-dev' };
  const template = openTemplate(JSON.parse(packaged.text), place);
  const { target } = only(schedulesOf(template));
  if (target.kind !== 'function') throw new Error(target.reason);
  const isTarget = ({ logicalId }: { logicalId: string }) => logicalId === target.functionLogicalId;
  const code = only(template.resourcesOf('AWS::Lambda::Function', codeSchema).filter(isTarget));
  const archive = path.basename(code.properties.Code.S3Key, '.zip');
  const codeFolder = await workshop.emptyFolder('task');
  await unpack(await packaged.archive(archive), codeFolder);
  return {
    template,
    poll: only(functionsOf(template).filter(isTarget)),
    pollArn: String(template.resolve({ 'Fn::GetAtt': [target.functionLogicalId, 'Arn'] }, 'poll')),
    codeFolder,
    tables: tablesOf(template),
    close: () => workshop.close(),
  };
}

function only<Item>(items: readonly Item[]): Item {
  const [item, ...others] = items;
  if (item === undefined || others.length > 0) throw new Error(`There are ${items.length}, not one`);
  return item;
}
