import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { pollScheduleOf } from '../../../local/stack/poll-schedule.ts';
import { StackError } from '../../../local/stack/stack-error.ts';
import { openTemplate } from '../../../local/template/template.ts';

/** A template with a function, and the schedule of the poll with these properties in place of the usual ones. */
function templateWith(target: object, logicalId = 'PollSchedule') {
  const Resources = {
    PollLambdaFunction: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'ota-watch-dev-poll' } },
    Queue: { Type: 'AWS::SQS::Queue' },
    [logicalId]: {
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        Name: 'ota-watch-dev-poll',
        ScheduleExpression: 'rate(1 minute)',
        Target: { Arn: { 'Fn::GetAtt': ['PollLambdaFunction', 'Arn'] }, ...target },
      },
    },
  };
  const environment = { region: 'us-east-1', accountId: '123456789012', stackName: 'ota-watch-dev' };
  return openTemplate({ Resources }, environment);
}

it('invokes what the schedule points at, with what EventBridge Scheduler sends', () => {
  const sample = JSON.parse(
    readFileSync(new URL('../../../events/samples/poll.input.json', import.meta.url), 'utf8'),
  );
  const { functionLogicalId, payload } = pollScheduleOf(templateWith({}));
  expect(functionLogicalId).toBe('PollLambdaFunction');
  expect(payload(sample.id, Date.parse(sample.time) + 999)).toEqual({
    ...sample,
    region: 'us-east-1',
    resources: ['arn:aws:scheduler:us-east-1:123456789012:schedule/default/ota-watch-dev-poll'],
  });
});

it('sends the input of the schedule where it has one', () => {
  expect(pollScheduleOf(templateWith({ Input: '{"a":1}' })).payload('id', 0)).toEqual({ a: 1 });
});

it.each([
  ['no such schedule', {}, 'Other', 'The template has no schedule PollSchedule'],
  [
    'a schedule of a queue',
    { Arn: { 'Fn::GetAtt': ['Queue', 'Arn'] } },
    'PollSchedule',
    'PollSchedule: its target is a queue',
  ],
  [
    'a schedule of something else',
    { Arn: 'arn:aws:sqs:us-east-1:123456789012:queue' },
    'PollSchedule',
    'PollSchedule: a target of this kind is not run locally: arn:aws:sqs:us-east-1:123456789012:queue',
  ],
])('refuses a template with %s', (_, target, logicalId, message) => {
  expect(() => pollScheduleOf(templateWith(target, logicalId))).toThrow(new StackError(message));
});
