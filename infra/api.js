// What serverless.yml takes in for the API when the parameter `api` turns it on.
import { alarmsOf } from './api/alarms.js';
import { functionOf } from './api/function.js';
import { policiesOf, policyOutputs } from './api/policies.js';
import { roleOf } from './api/role.js';
import { apiSettingsOf } from './api/settings.js';

/** A few people and their browsers, each with a request every few seconds. */
const THROTTLING = { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 };

/** Neither query strings nor headers: what people look for and their tokens are nobody's business. */
const ACCESS_LOG = {
  requestId: '$context.requestId',
  requestTime: '$context.requestTime',
  routeKey: '$context.routeKey',
  path: '$context.path',
  status: '$context.status',
  responseLength: '$context.responseLength',
  latency: '$context.responseLatency',
  ip: '$context.identity.sourceIp',
  authorizerError: '$context.authorizer.error',
};
const CALLERS = { jwt: '$context.authorizer.claims.sub', iam: '$context.identity.userArn' };

/** `provider.httpApi` */
export const httpApi = async (serverless) => {
  const { auth, issuer, audience } = await apiSettingsOf(serverless);
  if (auth === 'off') return {};
  const token = {
    type: 'jwt',
    identitySource: '$request.header.Authorization',
    issuerUrl: issuer,
    audience,
  };
  return { name: `\${self:custom.name}`, ...(auth === 'jwt' && { authorizers: { token } }) };
};

/** `provider.logs` */
export const logs = async (serverless) => {
  const { auth } = await apiSettingsOf(serverless);
  return auth === 'off'
    ? {}
    : { httpApi: { format: JSON.stringify({ ...ACCESS_LOG, caller: CALLERS[auth] }) } };
};

/** Of `functions`; none where the API is off. */
export const functions = async (serverless) => {
  const settings = await apiSettingsOf(serverless);
  return settings.auth === 'off' ? {} : functionOf(settings);
};

/** Of `resources`; none where the API is off. */
export const resources = async (serverless) => {
  const { auth } = await apiSettingsOf(serverless);
  if (auth === 'off') return {};
  return {
    Resources: {
      ApiRole: roleOf(),
      CursorKey,
      ...alarmsOf(),
      ...(auth === 'iam' && policiesOf()),
    },
    extensions: { HttpApiStage: { Properties: { DefaultRouteSettings: THROTTLING } } },
    Outputs: {
      ApiUrl: {
        Description: 'The API, at its own address',
        Value: { 'Fn::GetAtt': ['HttpApi', 'ApiEndpoint'] },
      },
      ...(auth === 'iam' && policyOutputs),
    },
  };
};

const CursorKey = {
  Type: 'AWS::SecretsManager::Secret',
  Properties: {
    Description: `Signs the cursors of the API of \${self:custom.name}`,
    GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true },
  },
};
