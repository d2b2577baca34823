import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { APIGatewayProxyResultV2 } from 'aws-lambda';

const logger = new Logger();

export const handler = middy<unknown, APIGatewayProxyResultV2>()
  .use(injectLambdaContext(logger))
  .handler(async () => ({
    statusCode: 503,
    headers: { 'content-type': 'application/problem+json' },
    body: JSON.stringify({ type: 'urn:ota-watch:problem:unavailable', title: 'Not there yet', status: 503 }),
  }));
