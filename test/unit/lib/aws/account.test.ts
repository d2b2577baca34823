import { describe, expect, it } from 'vitest';
import { accountOf } from '../../../../lib/aws/account.ts';

describe('accountOf', () => {
  it.each([
    [
      'arn:aws:lambda:eu-west-1:123456789012:function:ota-watch-dev-poll',
      { partition: 'aws', region: 'eu-west-1', accountId: '123456789012' },
    ],
    [
      'arn:aws-cn:lambda:cn-north-1:210987654321:function:poll:live',
      { partition: 'aws-cn', region: 'cn-north-1', accountId: '210987654321' },
    ],
  ])('reads %s', (functionArn, account) => {
    expect(accountOf(functionArn, { AWS_REGION: 'us-west-2' })).toEqual(account);
  });

  it.each([
    ['offline_invokedFunctionArn_for_poll'],
    [''],
    ['arn:aws:lambda'],
    ['arn:aws:lambda:::function:poll'],
    ['urn:aws:lambda:eu-west-1:123456789012:function:poll'],
  ])('makes one up for %o', (functionArn) => {
    const madeUp = { partition: 'aws', accountId: '000000000000' };
    expect(accountOf(functionArn, { AWS_REGION: 'us-west-2' })).toEqual({ ...madeUp, region: 'us-west-2' });
    expect(accountOf(functionArn, {})).toEqual({ ...madeUp, region: 'us-east-1' });
  });

  it('takes an empty region as none', () => {
    expect(accountOf('', { AWS_REGION: '' }).region).toBe('us-east-1');
  });
});
