import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy, { type MiddlewareObj } from '@middy/core';
import errorLogger from '@middy/error-logger';
import httpContentEncoding from '@middy/http-content-encoding';
import httpContentNegotiation from '@middy/http-content-negotiation';
import httpRouter from '@middy/http-router';
import httpSecurityHeaders from '@middy/http-security-headers';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { z } from 'zod';
import type { ParameterReader } from '../lib/api/parameters.ts';
import { isFault, ProblemError, problemAnswer } from '../lib/api/problem.ts';
import type { ApiRequest, Respond } from '../lib/api/routes.ts';
import { accountOf } from '../lib/aws/account.ts';
import { createApiClients } from '../lib/aws/clients.ts';
import type { ApiSurroundings } from '../lib/compose-api.ts';
import { summarizeError } from '../lib/errors.ts';

/** Requests to one AWS service at once. */
const CONCURRENCY = 20;
/** Below it, the text of an answer fits however much of it JSON has to escape. */
const LARGE_BYTES = 900_000;

/** What is taken of an event of API Gateway (payload version 2.0). */
const Event = z.object({
  rawQueryString: z.string().default(''),
  pathParameters: z.record(z.string(), z.string()).nullish(),
  headers: z.record(z.string(), z.string()).default({}),
  requestContext: z.object({
    authorizer: z
      .object({
        jwt: z.object({ claims: z.record(z.string(), z.unknown()).optional() }).optional(),
        iam: z.looseObject({}).nullish(),
      })
      .nullish(),
  }),
});

/** The handler of the API's requests. What goes wrong is a problem (RFC 9457), and fails no invocation. */
export function apiHandler(parameters: ParameterReader, create: (surroundings: ApiSurroundings) => Respond) {
  const logger = new Logger();
  let respond: Respond | undefined;

  const connect = ({ invokedFunctionArn }: Context) =>
    create({
      account: accountOf(invokedFunctionArn, process.env),
      clients: createApiClients(CONCURRENCY),
      log: {
        info: (message, fields = {}) => logger.info(message, fields),
        warn: (message, fields = {}) => logger.warn(message, fields),
        error: (message, fields = {}) => logger.error(message, fields),
      },
      now: Date.now,
    });

  const router = httpRouter<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>({
    routes: parameters.routes.map(({ path, operationId }) => ({
      method: 'GET',
      path,
      handler: async (event: unknown, context: Context) => {
        respond ??= connect(context);
        const answer = await respond(operationId, requestOf(event, context));
        return { ...answer, headers: { ...answer.headers } };
      },
    })),
    notFoundResponse: () => {
      throw new ProblemError('not-found', 'The API has no such route');
    },
  });

  return middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
    .use(injectLambdaContext(logger))
    .use(
      errorLogger({
        logger: ({ error }) => {
          if (isFault(error)) logger.error('A request failed', { error: summarizeError(error) });
        },
      }),
    )
    .use(httpSecurityHeaders(SECURITY_HEADERS))
    .use(large)
    .use(
      httpContentNegotiation({
        parseCharsets: false,
        parseLanguages: false,
        parseMediaTypes: false,
        availableEncodings: ['gzip'],
        failOnMismatch: false,
      }),
    )
    .use(httpContentEncoding())
    .onError((request) => {
      request.response = { ...problemAnswer(request.error, request.context.awsRequestId) };
    })
    .handler(router);
}

function requestOf(event: unknown, context: Context): ApiRequest {
  const { rawQueryString, pathParameters, headers, requestContext } = Event.parse(event);
  return {
    path: pathParameters ?? {},
    query: rawQueryString,
    authorizer: requestContext.authorizer ?? undefined,
    ifNoneMatch: headers['if-none-match'],
    requestId: context.awsRequestId,
    remainingMs: () => context.getRemainingTimeInMillis(),
  };
}

/** In the JSON that Lambda answers with, a text can become several times as long; Base64 cannot. */
const large: MiddlewareObj<unknown, APIGatewayProxyStructuredResultV2> = {
  after: ({ response }) => {
    const { body, isBase64Encoded } = response ?? {};
    if (!response || body === undefined || isBase64Encoded || Buffer.byteLength(body) < LARGE_BYTES) return;
    response.body = Buffer.from(body).toString('base64');
    response.isBase64Encoded = true;
  },
};

/** Of answers that are data: whatever a browser may take them for, they do nothing. */
const SECURITY_HEADERS = {
  contentSecurityPolicy: {
    'default-src': "'none'",
    'report-to': '',
    'require-trusted-types-for': '',
  },
  strictTransportSecurity: { maxAge: 63_072_000, includeSubDomains: false, preload: false },
  permissionsPolicy: false,
  originAgentCluster: false,
  dnsPrefetchControl: false,
  downloadOptions: false,
  reportTo: false,
  reportingEndpoints: false,
};
