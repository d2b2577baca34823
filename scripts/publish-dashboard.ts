// Uploads the dashboard that `npm run build:web` has built to where a deployed stack has it:
//   node scripts/publish-dashboard.ts [--stage STAGE] [--region REGION]
import path from 'node:path';
import { parseArgs } from 'node:util';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { S3Client } from '@aws-sdk/client-s3';
import { PublishError, publishDashboard } from './dashboard/publish.ts';

const DIST = path.resolve(import.meta.dirname, '../web/dist');

async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { stage: { type: 'string', default: 'dev' }, region: { type: 'string' } },
  });
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  // As serverless.yml has it.
  const region = values.region ?? AWS_REGION ?? AWS_DEFAULT_REGION ?? 'us-east-1';
  const stackName = `ota-watch-${values.stage}`;
  const url = await publishDashboard({
    cloudFormation: new CloudFormationClient({ region }),
    s3: new S3Client({ region }),
    stackName,
    dist: DIST,
  });
  console.log(
    url === undefined
      ? `The stack ${stackName} has no dashboard (--param="dashboard=on" brings it about): nothing to do.`
      : `The dashboard is at ${url}`,
  );
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const isPlain = error instanceof PublishError || (error instanceof TypeError && 'code' in error);
  console.error(isPlain ? error.message : error);
  process.exitCode = 1;
}
