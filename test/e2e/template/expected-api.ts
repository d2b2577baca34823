import { expect } from 'vitest';
import { arnOf, ownArn } from './expected.ts';

/** Path and logical id of each route. */
const ROUTES = {
  '/tasks': 'HttpApiRouteGetTasks',
  '/tasks/{taskId}': 'HttpApiRouteGetTasksTaskidVar',
  '/tasks/{taskId}/history': 'HttpApiRouteGetTasksTaskidVarHistory',
  '/tasks/{taskId}/series': 'HttpApiRouteGetTasksTaskidVarSeries',
  '/history': 'HttpApiRouteGetHistory',
  '/export': 'HttpApiRouteGetExport',
  '/audit/{taskId}': 'HttpApiRouteGetAuditTaskidVar',
  '/health': 'HttpApiRouteGetHealth',
};

const below = (id: string, path: string) => ({ 'Fn::Join': ['', [arnOf(id), path]] });
const joined = (...parts: unknown[]) => ({ 'Fn::Join': ['', parts] });
const PARTITION = { Ref: 'AWS::Partition' };
const REGION = { Ref: 'AWS::Region' };
const ACCOUNT = { Ref: 'AWS::AccountId' };

/** How the gateway tells who calls, by the parameter `api`. */
export const AUTHORIZATION = {
  jwt: { AuthorizationType: 'JWT', AuthorizerId: { Ref: 'HttpApiAuthorizerToken' } },
  iam: { AuthorizationType: 'AWS_IAM' },
};

export const environment = {
  TASKS_TABLE: 'ota-watch-dev-tasks',
  HISTORY_TABLE: 'ota-watch-dev-history',
  CURSOR_KEY: joined('{{resolve:secretsmanager:', { Ref: 'CursorKey' }, '}}'),
  API_AUTH: 'jwt',
  API_ROLES_CLAIM: 'cognito:groups',
  API_READER_ROLE: 'ota-watch-reader',
  API_EXPORTER_ROLE: 'ota-watch-exporter',
  API_REMEMBER_SECONDS: '10',
  DISCOVERY_TAG: '',
  POLL_PERIOD_SECONDS: '60',
  POLL_SERVICE_NAME: 'ota-watch-dev',
  POWERTOOLS_SERVICE_NAME: 'ota-watch-dev-api',
  POWERTOOLS_METRICS_NAMESPACE: 'ota-watch',
  POWERTOOLS_LOG_LEVEL: 'INFO',
  NODE_OPTIONS: '--enable-source-maps',
};

const actions = { 'Fn::If': ['AlarmTopicGiven', [''], { Ref: 'AWS::NoValue' }] };

/** Properties of the API's resources but for its grants, by logical id. */
export const api = {
  ...Object.fromEntries(
    Object.entries(ROUTES).map(([path, id]) => [
      id,
      {
        ApiId: { Ref: 'HttpApi' },
        RouteKey: `GET ${path}`,
        Target: { 'Fn::Join': ['/', ['integrations', { Ref: 'HttpApiIntegrationApi' }]] },
        ...AUTHORIZATION.jwt,
      },
    ]),
  ),
  HttpApi: { Name: 'ota-watch-dev', ProtocolType: 'HTTP' },
  HttpApiStage: {
    ApiId: { Ref: 'HttpApi' },
    StageName: '$default',
    AutoDeploy: true,
    DefaultRouteSettings: { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 },
    AccessLogSettings: { DestinationArn: arnOf('HttpApiLogGroup'), Format: expect.any(String) },
  },
  HttpApiLogGroup: { LogGroupName: '/aws/http-api/ota-watch-dev', RetentionInDays: 30 },
  HttpApiAuthorizerToken: {
    ApiId: { Ref: 'HttpApi' },
    Name: 'token',
    AuthorizerType: 'JWT',
    IdentitySource: ['$request.header.Authorization'],
    JwtConfiguration: { Issuer: 'https://id.example/tenant', Audience: ['ota-watch', 'other'] },
  },
  HttpApiIntegrationApi: {
    ApiId: { Ref: 'HttpApi' },
    IntegrationType: 'AWS_PROXY',
    IntegrationUri: arnOf('ApiLambdaFunction'),
    PayloadFormatVersion: '2.0',
    TimeoutInMillis: 30_000,
  },
  ApiLambdaFunction: {
    FunctionName: 'ota-watch-dev-api',
    Description: expect.any(String),
    Handler: 'functions/api.handler',
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    MemorySize: 1769,
    Timeout: 29,
    Role: arnOf('ApiRole'),
    Environment: { Variables: environment },
    Code: expect.anything(),
  },
  ApiLogGroup: { LogGroupName: '/aws/lambda/ota-watch-dev-api', RetentionInDays: 30 },
  CursorKey: {
    Description: expect.any(String),
    GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true },
  },
  ApiErrorsAlarm: {
    AlarmName: 'ota-watch-dev-api-errors',
    AlarmDescription: expect.stringMatching(/^.{150,1024}$/),
    Namespace: 'AWS/ApiGateway',
    MetricName: '5xx',
    Dimensions: [{ Name: 'ApiId', Value: { Ref: 'HttpApi' } }],
    Statistic: 'Sum',
    Period: 60,
    EvaluationPeriods: 5,
    DatapointsToAlarm: 3,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    Threshold: 1,
    TreatMissingData: 'notBreaching',
    AlarmActions: actions,
    OKActions: actions,
  },
};

/** Properties of what gives the API's function its permissions, and the gateway that to call it. */
export const apiGrants = {
  ApiRole: {
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
      ],
    },
    Policies: [
      {
        PolicyName: 'api',
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Sid: 'Log',
              Effect: 'Allow',
              Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
              Resource: arnOf('ApiLogGroup'),
            },
            {
              Sid: 'ReadTasks',
              Effect: 'Allow',
              Action: ['dynamodb:Scan', 'dynamodb:GetItem'],
              Resource: arnOf('TasksTable'),
            },
            {
              Sid: 'ReadHistory',
              Effect: 'Allow',
              Action: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'],
              Resource: [arnOf('HistoryTable'), below('HistoryTable', '/index/*')],
            },
            {
              Sid: 'ReadTags',
              Effect: 'Allow',
              Action: 'iotmanagedintegrations:GetOtaTask',
              Resource: ownArn('iotmanagedintegrations', 'ota-task/*'),
            },
            {
              Sid: 'ReadHeartbeat',
              Effect: 'Allow',
              Action: 'cloudwatch:GetMetricData',
              Resource: '*',
            },
            {
              Sid: 'NothingButRead',
              Effect: 'Deny',
              NotAction: ['dynamodb:Scan', 'dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'],
              Resource: [
                arnOf('TasksTable'),
                below('TasksTable', '/*'),
                arnOf('HistoryTable'),
                below('HistoryTable', '/*'),
              ],
            },
          ],
        },
      },
    ],
  },
  ApiLambdaPermissionHttpApi: {
    FunctionName: arnOf('ApiLambdaFunction'),
    Action: 'lambda:InvokeFunction',
    Principal: 'apigateway.amazonaws.com',
    SourceArn: joined(
      'arn:',
      PARTITION,
      ':execute-api:',
      REGION,
      ':',
      ACCOUNT,
      ':',
      { Ref: 'HttpApi' },
      '/*',
    ),
  },
};

const policyFor = (paths: readonly string[]) => ({
  Description: expect.any(String),
  PolicyDocument: {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'Call',
        Effect: 'Allow',
        Action: 'execute-api:Invoke',
        Resource: paths.map((path) =>
          joined(
            'arn:',
            PARTITION,
            ':execute-api:',
            REGION,
            ':',
            ACCOUNT,
            ':',
            { Ref: 'HttpApi' },
            `/$default/GET${path.replace('{taskId}', '*')}`,
          ),
        ),
      },
    ],
  },
});

/** The policies for people, where these sign their requests. */
export const callerPolicies = {
  ApiReaderPolicy: policyFor(Object.keys(ROUTES).filter((path) => path !== '/export')),
  ApiExporterPolicy: policyFor(Object.keys(ROUTES)),
};
