import { expect, it } from 'vitest';
import { type Access, type Authorizer, rolesOf } from '../../../../lib/api/roles.ts';

const roles = { claim: 'groups', reader: 'r', exporter: 'e' };
const byToken: Access = { auth: 'jwt', roles };
const BOTH = ['reader', 'exporter'];

it.each<[claim: unknown, expected: readonly string[]]>([
  [['r'], ['reader']],
  [['e'], BOTH],
  [['x', 'r', 'e'], BOTH],
  ['r', ['reader']],
  ['x e y', BOTH],
  ['[x r]', ['reader']],
  ['[e]', BOTH],
  [['x r'], []],
  [[['r']], []],
  ['xr', []],
  ['r,e', []],
  ['[]', []],
  ['', []],
  [[], []],
  [7, []],
  [{ r: true }, []],
  [null, []],
  [undefined, []],
])('a token with the groups %j has the roles %j', (claim, expected) => {
  expect(rolesOf({ jwt: { claims: { groups: claim } } }, byToken)).toEqual(expected);
});

it.each<[string, Authorizer | undefined, Access, readonly string[]]>([
  ['nobody', undefined, byToken, []],
  ['a token without claims', { jwt: {} }, byToken, []],
  [
    'a claim that only all objects have',
    { jwt: { claims: {} } },
    { auth: 'jwt', roles: { ...roles, claim: 'constructor' } },
    [],
  ],
  ['a signed request where tokens count', { iam: { userArn: 'arn' } }, byToken, []],
  ['a signed request', { iam: { userArn: 'arn' } }, { auth: 'iam' }, BOTH],
  ['a token where signatures count', { jwt: { claims: { groups: ['e'] } } }, { auth: 'iam' }, []],
  ['nobody where signatures count', { iam: null }, { auth: 'iam' }, []],
])('%s', (_, authorizer, access, expected) => {
  expect(rolesOf(authorizer, access)).toEqual(expected);
});
