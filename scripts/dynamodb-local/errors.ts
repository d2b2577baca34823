/** DynamoDB Local cannot be had or started; the message is for whoever runs the tests. */
export class DynamoDbLocalError extends Error {
  override readonly name = 'DynamoDbLocalError';
}
