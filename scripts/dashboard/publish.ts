import {
  type CloudFormationClient,
  DescribeStacksCommand,
  type Output,
} from '@aws-sdk/client-cloudformation';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import pMap from 'p-map';
import { NO_CACHE, readWebFiles, type WebFile } from '../../local/dashboard/web-files.ts';

export interface PublishOptions {
  readonly cloudFormation: CloudFormationClient;
  readonly s3: S3Client;
  readonly stackName: string;
  /** Folder of what has been built. */
  readonly dist: string;
}

/** The dashboard cannot be published. */
export class PublishError extends Error {
  override readonly name = 'PublishError';
}

/** What the stack says of its dashboard. */
interface Place {
  readonly bucket: string;
  /** Text of `/config.json`. */
  readonly config: string;
  readonly url: string;
}

const CONCURRENCY = 8;
const INDEX = '/index.html';

/**
 * Uploads the built dashboard to the bucket of a stack. Whoever looks meanwhile finds all that their page needs: what it names is there
 * before the page is, and what an older page names stays. Nothing needs to be invalidated, as whatever changes under its name is not cached.
 *
 * @returns its address; undefined where the stack has no dashboard
 * @throws PublishError
 */
export async function publishDashboard(options: PublishOptions): Promise<string | undefined> {
  const { s3, dist } = options;
  const place = await findPlace(options);
  if (place === undefined) return undefined;
  const files = await readBuilt(dist);
  const index = files.find(({ path }) => path === INDEX);
  if (index === undefined) throw new PublishError(`${dist} has no index.html`);
  const config: WebFile = {
    path: '/config.json',
    body: new TextEncoder().encode(place.config),
    contentType: 'application/json',
    cacheControl: NO_CACHE,
  };
  const upload = (file: WebFile) => put(s3, place.bucket, file);
  await pMap(
    files.filter((file) => file !== index),
    upload,
    { concurrency: CONCURRENCY },
  );
  await upload(config);
  await upload(index);
  return place.url;
}

async function findPlace({ cloudFormation, stackName }: PublishOptions): Promise<Place | undefined> {
  const outputs = await readOutputs(cloudFormation, stackName);
  const outputOf = (key: string) => outputs.find(({ OutputKey }) => OutputKey === key)?.OutputValue;
  const [bucket, config, url] = ['DashboardBucketName', 'DashboardConfig', 'DashboardUrl'].map(outputOf);
  if (bucket === undefined && config === undefined && url === undefined) return undefined;
  if (bucket === undefined || config === undefined || url === undefined)
    throw new PublishError(
      `Of the stack ${stackName}, an output of the dashboard is missing: deploy it again`,
    );
  return { bucket, config, url };
}

async function readOutputs(cloudFormation: CloudFormationClient, stackName: string): Promise<Output[]> {
  try {
    const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: stackName }));
    return Stacks?.[0]?.Outputs ?? [];
  } catch (cause) {
    const { name, message } = causeOf(cause);
    const isMissing = name === 'ValidationError' && message.includes('does not exist');
    throw new PublishError(
      isMissing
        ? `There is no stack ${stackName}: deploy it first, or say which with --stage and --region`
        : `The stack ${stackName} cannot be read: ${name}: ${message}`,
      { cause },
    );
  }
}

async function readBuilt(dist: string): Promise<WebFile[]> {
  try {
    return await readWebFiles(dist);
  } catch (cause) {
    const { message } = causeOf(cause);
    throw new PublishError(`What npm run build:web makes cannot be read: ${message}`, { cause });
  }
}

async function put(s3: S3Client, bucket: string, file: WebFile): Promise<void> {
  const { path, body, contentType, cacheControl } = file;
  try {
    await s3.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: path.slice(1),
        Body: body,
        ContentType: contentType,
        CacheControl: cacheControl,
      }),
    );
  } catch (cause) {
    const { name, message } = causeOf(cause);
    throw new PublishError(`${path} cannot be written to the bucket ${bucket}: ${name}: ${message}`, {
      cause,
    });
  }
}

function causeOf(error: unknown): { readonly name: string; readonly message: string } {
  return error instanceof Error ? error : { name: 'Error', message: String(error) };
}
