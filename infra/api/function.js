import { ROUTES } from './routes.js';

const AUTHORIZERS = { jwt: { name: 'token' }, iam: { type: 'aws_iam' } };

/**
 * The function of the API, with its routes. None is without an authorizer.
 *
 * @param localCursorKey the key of cursors in a local run, which has no secrets; empty in a deployment
 */
export function functionOf({ auth, localCursorKey }) {
  return {
    api: {
      name: `\${self:custom.name}-api`,
      handler: 'functions/api.handler',
      description: 'Answers what is known of OTA tasks, and their history',
      role: { 'Fn::GetAtt': ['ApiRole', 'Arn'] },
      // A whole CPU comes with it: an export is mostly parsing and compression. And while the bus is out for long, the items of
      // a thousand tasks with what they wait to publish take a gigabyte.
      memorySize: 1769,
      // An HTTP API waits for 30 seconds.
      timeout: 29,
      environment: {
        TASKS_TABLE: `\${self:custom.tasksTable}`,
        HISTORY_TABLE: `\${self:custom.historyTable}`,
        CURSOR_KEY: localCursorKey === '' ? CURSOR_KEY : localCursorKey,
        API_AUTH: auth,
        API_ROLES_CLAIM: `\${param:apiRolesClaim}`,
        API_READER_ROLE: `\${param:apiReaderRole}`,
        API_EXPORTER_ROLE: `\${param:apiExporterRole}`,
        API_REMEMBER_SECONDS: `\${param:apiRememberSeconds}`,
        DISCOVERY_TAG: `\${param:discoveryTag, ''}`,
        POLL_PERIOD_SECONDS: `\${param:pollPeriodSeconds}`,
        POLL_SERVICE_NAME: `\${self:custom.name}`,
        POWERTOOLS_SERVICE_NAME: `\${self:custom.name}-api`,
        POWERTOOLS_METRICS_NAMESPACE: 'ota-watch',
        POWERTOOLS_LOG_LEVEL: `\${param:logLevel}`,
        NODE_OPTIONS: '--enable-source-maps',
      },
      events: ROUTES.map((path) => ({
        httpApi: { method: 'GET', path, authorizer: AUTHORIZERS[auth] },
      })),
    },
  };
}

const CURSOR_KEY = {
  'Fn::Join': ['', ['{{resolve:secretsmanager:', { Ref: 'CursorKey' }, '}}']],
};
