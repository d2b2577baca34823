import { QUEUE_NAME } from './queues.js';

/** The function of the workers. Size and time are those of the poll, whose work it does. */
export const functionOf = () => ({
  pollShard: {
    name: QUEUE_NAME,
    handler: 'functions/poll-shard.handler',
    description: 'Looks at a part of the tracked OTA tasks, where they are too many for one function',
    role: { 'Fn::GetAtt': ['PollShardRole', 'Arn'] },
    memorySize: 1024,
    timeout: 55,
    environment: `\${self:custom.pollEnvironment}`,
  },
});

/** Not an event of the function: with that, every function without a role of its own could take from the queue. */
export const eventSourceOf = ({ workers }) => ({
  PollShardEventSource: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      EventSourceArn: { 'Fn::GetAtt': ['PollShardQueue', 'Arn'] },
      FunctionName: { 'Fn::GetAtt': ['PollShardLambdaFunction', 'Arn'] },
      Enabled: true,
      // A part is as much as one function does at once.
      BatchSize: 1,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: workers },
    },
  },
});
