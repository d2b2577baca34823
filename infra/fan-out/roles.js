const arnOf = (id) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const allow = (Sid, Action, Resource) => ({ Sid, Effect: 'Allow', Action, Resource });

/** The role of the poll where it hands over work. */
export const handsOver = (pollRole) =>
  withStatements(pollRole, 'poll', (statements) => [
    ...statements,
    allow('HandOver', 'sqs:SendMessage', arnOf('PollShardQueue')),
  ]);

/** A worker gets the list with its part, and reads no more of the table than that. */
const OF_THE_WHOLE = ['iotmanagedintegrations:ListOtaTasks', 'dynamodb:Scan'];

/** The role of a worker: it polls as the poll does, with a log of its own, and takes its work from the queue. */
export const roleOf = (pollRole) =>
  withStatements(pollRole, 'poll-shard', (statements) => [
    ...statements
      .filter(({ Sid }) => Sid !== 'ReportFailure')
      .map(withOwnLog)
      .map(ofPart),
    allow(
      'TakeOver',
      ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
      arnOf('PollShardQueue'),
    ),
  ]);

const withOwnLog = (statement) =>
  statement.Sid === 'Log' ? { ...statement, Resource: arnOf('PollShardLogGroup') } : statement;

const ofPart = (statement) =>
  statement.Effect === 'Allow' && Array.isArray(statement.Action)
    ? { ...statement, Action: statement.Action.filter((action) => !OF_THE_WHOLE.includes(action)) }
    : statement;

function withStatements({ Type, Properties }, PolicyName, change) {
  const [{ PolicyDocument }] = Properties.Policies;
  const Statement = change(PolicyDocument.Statement);
  return {
    Type,
    Properties: {
      ...Properties,
      Policies: [{ PolicyName, PolicyDocument: { ...PolicyDocument, Statement } }],
    },
  };
}
