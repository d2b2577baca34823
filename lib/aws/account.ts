import type { Account } from './ota-answers.ts';

/**
 * Partition, region and account that a function runs in.
 *
 * @param functionArn `context.invokedFunctionArn`; local runs make one up that is no ARN
 */
export function accountOf(functionArn: string, env: Readonly<Record<string, string | undefined>>): Account {
  const [arn, partition, , region, accountId] = functionArn.split(':');
  if (arn === 'arn' && partition && region && accountId) return { partition, region, accountId };
  return { partition: 'aws', region: env.AWS_REGION || 'us-east-1', accountId: '000000000000' };
}
