// What serverless.yml takes in for workers that share the work of a poll, unless the parameter `fanOutAbove` is `off`.
import { alarmsOf } from './fan-out/alarms.js';
import { eventSourceOf, functionOf } from './fan-out/function.js';
import { QUEUE_NAME, queuesOf } from './fan-out/queues.js';
import { handsOver, roleOf } from './fan-out/roles.js';
import { settingsOf } from './fan-out/settings.js';
import { textOf } from './parameters.js';

/** Of the environment of the poll: empty where it shares nothing. */
export const environment = async (serverless) => {
  const settings = await settingsOf(serverless);
  if (settings === undefined) return { above: '', queueUrl: '', workers: '' };
  // In a local run, which cannot resolve `Ref`, queues are there.
  const localQueues = await textOf(serverless, 'localQueues');
  return {
    above: settings.above,
    queueUrl: localQueues === '' ? { Ref: 'PollShardQueue' } : `${localQueues}/${QUEUE_NAME}`,
    workers: settings.workers,
  };
};

/** Of `functions`. */
export const functions = async (serverless) => {
  const settings = await settingsOf(serverless);
  return settings === undefined ? {} : functionOf();
};

/** Of `resources`: the role of the poll, and all that workers need. */
export const resources = async (serverless) => {
  const { PollRole } = await serverless.resolveVariable('file(infra/poll-role.yml):Resources');
  const settings = await settingsOf(serverless);
  if (settings === undefined) return { Resources: { PollRole } };
  return {
    Resources: {
      PollRole: handsOver(PollRole),
      PollShardRole: roleOf(PollRole),
      ...queuesOf(settings),
      ...eventSourceOf(settings),
      ...alarmsOf(settings),
    },
    Outputs: {
      PollShardDeadLetterQueueUrl: {
        Description: 'Parts of polls that no worker could do',
        Value: { Ref: 'PollShardDeadLetterQueue' },
      },
    },
  };
};
