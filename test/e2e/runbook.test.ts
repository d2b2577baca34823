import * as sqs from '@aws-sdk/client-sqs';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { startQueues } from '../../local/queue/queues.ts';
import { queuesOf } from '../../local/template/queues.ts';
import { openTemplate } from '../../local/template/template.ts';
import { ACCOUNT, REGION } from '../support/world.ts';
import { awsCallOf } from './runbook/aws-command.ts';
import { COMMANDS, ENTRIES, type Entry } from './runbook/entries.ts';
import { isOurs, Scene, scriptOf } from './runbook/scene.ts';
import { serverless, serverlessProblems, startCloud } from './runbook/serverless-command.ts';
import { STORIES } from './runbook/stories.ts';
import { type Packaged, Workshop } from './template/package.ts';

const EVERYTHING = {
  slack: 'bot',
  pagerduty: 'on',
  api: 'jwt',
  apiIssuer: 'https://id.example/tenant',
  apiAudience: 'ota-watch',
  dashboard: 'on',
  dashboardClientId: 'client',
};
const Alarm = z.object({
  AlarmName: z.string().transform((name) => name.replace(/^ota-watch-dev-/, '')),
  /** None where it watches several. */
  MetricName: z.string().optional(),
  Threshold: z.coerce.number(),
});
const Named = z.object({ FunctionName: z.string().optional(), QueueName: z.string().optional() });

let workshop: Workshop;
let packaged: Packaged;
beforeAll(async () => {
  workshop = await Workshop.open();
  packaged = await workshop.package(
    'everything',
    Object.entries(EVERYTHING).map(([name, value]) => `--param=${name}=${value}`),
  );
});
afterAll(() => workshop.close());

const resources = (type: string) =>
  Object.values(packaged.template.Resources).filter(({ Type }) => Type === type);
const alarms = () => resources('AWS::CloudWatch::Alarm').map(({ Properties }) => Alarm.parse(Properties));
const namesOf = (type: string, property: 'FunctionName' | 'QueueName') =>
  resources(type).flatMap(({ Properties }) => Named.parse(Properties)[property] ?? []);

describe('the runbook', () => {
  it('has an entry for every alarm that there is with everything switched on, and no other', () => {
    expect(ENTRIES.flatMap((entry) => entry.alarms).sort()).toEqual(
      alarms()
        .map(({ AlarmName }) => AlarmName)
        .sort(),
    );
  });

  it.each(ENTRIES)('says of $alarms what it means, how to look and how to end it', ({ parts, commands }) => {
    expect(Object.keys(parts)).toEqual(['Means', 'Look', 'End']);
    expect(Object.values(parts).filter((text) => text === '')).toEqual([]);
    expect([commands.Look, commands.End].filter((part) => part.length === 0)).toEqual([]);
  });

  it('names functions and queues that there are', () => {
    const there = [
      ...namesOf('AWS::Lambda::Function', 'FunctionName'),
      ...namesOf('AWS::SQS::Queue', 'QueueName'),
    ];
    const named = COMMANDS.flatMap((command) => command.match(/ota-watch-prod-[\w-]+/g) ?? []);
    expect(named.filter((name) => !there.includes(name.replace('prod', 'dev')))).toEqual([]);
  });
});

describe('commands of our own', () => {
  const names = ({ alarms: [name = ''] }: Entry) => name;
  const withOurs = ENTRIES.filter(({ commands }) => [...commands.Look, ...commands.End].some(isOurs));

  it.each(withOurs.map((entry) => [names(entry), entry] as const))('end %s', async (name, entry) => {
    await using scene = await Scene.begin(entry);
    const metrics = await STORIES[name]?.(scene);
    expect(scene.left).toEqual([]);
    if (metrics === undefined) return;
    const alarm = alarms().find(({ AlarmName }) => AlarmName === name);
    expect(metrics[alarm?.MetricName ?? '']).toBeGreaterThanOrEqual(alarm?.Threshold ?? Number.NaN);
  });

  it('have a story only where they are', () => {
    expect(Object.keys(STORIES)).toEqual(withOurs.map(names));
  });

  it('are the same in the section about outboxes', () => {
    const others = COMMANDS.filter(isOurs).filter(
      (command) => !withOurs.some(({ commands }) => [...commands.Look, ...commands.End].includes(command)),
    );
    expect(others).toEqual([]);
  });
});

describe('commands of the deployment tool', () => {
  const deployments = COMMANDS.filter((command) => command.startsWith('npm run ') && !isOurs(command)).map(
    (command) => command.replace(/^npm run \w+ --/, `npx ${scriptOf(command)}`),
  );
  const others = COMMANDS.filter((command) => command.startsWith('npx '));

  it.each([...new Set([...deployments, ...others])])('%s', (command) => {
    // The command knows functions by their keys, of which logical ids are made.
    const functions = Object.keys(packaged.template.Resources).flatMap((id) => {
      const [, first = '', rest = ''] = /^(.)(.*)LambdaFunction$/.exec(id) ?? [];
      return first === '' ? [] : [first.toLowerCase() + rest];
    });
    expect(serverlessProblems(command, functions)).toEqual([]);
  });

  it('show the log of a function, and what a poll answers', async () => {
    const cloud = await startCloud('{"level":"ERROR","message":"The poll failed"}', { tracked: 3 });
    onTestFinished(() => cloud.close());
    const [logs = '', invoke = ''] = ['logs', 'invoke'].map((name) =>
      others.find((command) => command.startsWith(`npx serverless ${name} --function poll`)),
    );
    const ended = await Promise.all(
      [logs, invoke].map((command) => serverless(command, cloud, workshop.folder)),
    );
    expect(ended).toEqual([
      { status: 0, stdout: '{"level":"ERROR","message":"The poll failed"}\n', stderr: '' },
      { status: 0, stdout: '{\n    "tracked": 3\n}\n', stderr: '' },
    ]);
    expect([...cloud.asked].sort()).toEqual([
      '/2015-03-31/functions/ota-watch-prod-poll/invocations',
      'DescribeLogStreams /aws/lambda/ota-watch-prod-poll',
      'FilterLogEvents /aws/lambda/ota-watch-prod-poll ERROR',
    ]);
  });
});

describe('commands of the AWS CLI', () => {
  const commands = COMMANDS.filter((command) => command.startsWith('aws '));

  it.each(commands)('%s', (command) => {
    expect(awsCallOf(command)).toEqual(expect.objectContaining({ operation: expect.any(String) }));
  });

  it.each([
    ['aws sqs purge-queue', 'PurgeQueue needs QueueUrl'],
    ['aws sqs purge-queue --queue https://q', 'PurgeQueue takes no queue'],
    ['aws sqs purge-queue --queue-url', '--queue-url has the wrong number of values'],
    ['aws sqs empty-queue --queue-url https://q', 'sqs has no operation empty-queue'],
    [
      'aws lambda update-event-source-mapping --uuid 1 --enabled true',
      '--enabled has the wrong number of values',
    ],
  ])('would not be %s', (command, problem) => {
    expect(() => awsCallOf(command)).toThrow(problem);
  });

  it('empty the dead-letter queue of the polls, and end its alarm', async () => {
    const place = { region: REGION, accountId: ACCOUNT, stackName: 'ota-watch-dev' };
    const template = openTemplate(JSON.parse(packaged.text), place);
    const queues = await startQueues({ queues: queuesOf(template), region: REGION, accountId: ACCOUNT });
    onTestFinished(() => queues.close());
    const deadLetters = 'PollScheduleDeadLetterQueue';
    const MessageBody = '{"requestContext":{"condition":"RetriesExhausted"}}';
    await queues.client.send(new SendMessageCommand({ QueueUrl: queues.urlOf(deadLetters), MessageBody }));
    const run = (of: string) => perform(queues.client, commandWith(of, 'poll-schedule-dlq'), queues.url);
    const looked = { Messages: [expect.objectContaining({ Body: MessageBody })] };
    // Looking hides nothing from whoever looks next.
    expect(await run('receive-message')).toMatchObject(looked);
    expect(await run('receive-message')).toMatchObject(looked);
    await run('purge-queue');
    expect(await queues.count(deadLetters)).toBe(0);
    const waiting = commands.filter((command) => command.includes('get-queue-attributes'));
    const counts = await Promise.all(waiting.map((command) => perform(queues.client, command, queues.url)));
    expect(counts).toEqual(
      waiting.map(() =>
        expect.objectContaining({
          Attributes: expect.objectContaining({ ApproximateNumberOfMessages: '0' }),
        }),
      ),
    );
  });

  const commandWith = (...parts: readonly string[]) =>
    commands.find((command) => parts.every((part) => command.includes(part))) ?? '';
});

const Command = z.custom<new (input: object) => sqs.ReceiveMessageCommand>(
  (value) => typeof value === 'function',
);

/** Does what a command of the AWS CLI says to a queue, at the stand-in. */
function perform(client: SQSClient, command: string, endpoint: string): Promise<object> {
  const { operation, input } = awsCallOf(command);
  const queue = String(input.QueueUrl).split('/').at(-1)?.replace('prod', 'dev');
  const Operation = Command.parse(Reflect.get(sqs, `${operation}Command`));
  return client.send(new Operation({ ...input, QueueUrl: `${endpoint}/${ACCOUNT}/${queue}` }));
}
