import { READER_ROUTES, ROUTES } from './routes.js';

/** For the people who are to read, and to export: with IAM, what they may call is up to their own policies. */
export const policiesOf = () => ({
  ApiReaderPolicy: policyOf('Read the API, but for exports', READER_ROUTES),
  ApiExporterPolicy: policyOf('Read the API, and export the history', ROUTES),
});

const policyOf = (description, routes) => ({
  Type: 'AWS::IAM::ManagedPolicy',
  Properties: {
    Description: `${description}, of \${self:custom.name}`,
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'Call',
          Effect: 'Allow',
          Action: 'execute-api:Invoke',
          Resource: routes.map((path) => arnOfRoute(path)),
        },
      ],
    },
  },
});

const arnOfRoute = (path) => ({
  'Fn::Join': [
    '',
    [
      'arn:',
      { Ref: 'AWS::Partition' },
      ':execute-api:',
      { Ref: 'AWS::Region' },
      ':',
      { Ref: 'AWS::AccountId' },
      ':',
      { Ref: 'HttpApi' },
      `/$default/GET${path.replace('{taskId}', '*')}`,
    ],
  ],
});

export const policyOutputs = {
  ApiReaderPolicyArn: { Description: 'For whoever is to read the API', Value: { Ref: 'ApiReaderPolicy' } },
  ApiExporterPolicyArn: { Description: 'For whoever is to export too', Value: { Ref: 'ApiExporterPolicy' } },
};
