import { QUEUE_NAME } from './queues.js';

/** The function of the workers. Size and time are those of the poll, whose work it does. */
export const functionOf = ({ workers }) => ({
  pollShard: {
    name: QUEUE_NAME,
    handler: 'functions/poll-shard.handler',
    description: 'Looks at a part of the tracked OTA tasks, where they are too many for one function',
    role: { 'Fn::GetAtt': ['PollShardRole', 'Arn'] },
    memorySize: 1024,
    timeout: 55,
    environment: `\${self:custom.pollEnvironment}`,
    events: [
      {
        sqs: {
          arn: { 'Fn::GetAtt': ['PollShardQueue', 'Arn'] },
          // A part is as much as one function does at once.
          batchSize: 1,
          functionResponseType: 'ReportBatchItemFailures',
          maximumConcurrency: workers,
        },
      },
    ],
  },
});
