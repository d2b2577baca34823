import { TypeRegistry } from '@smithy/core/schema';
import type {
  $SchemaRef,
  StaticListSchema,
  StaticOperationSchema,
  StaticStructureSchema,
} from '@smithy/types';
import {
  AccessDeniedException,
  InternalServerException,
  IoTManagedIntegrationsServiceException,
  ResourceNotFoundException,
  ThrottlingException,
  ValidationException,
} from './errors.ts';
import { NAMESPACE, SYNTHETIC_NAMESPACE } from './namespace.ts';

// Schema and trait codes of @smithy/types (schema/sentinels and schema/traits).
const STRING = 0;
const NUMBER = 1;
const TIMESTAMP = 4;
const STRING_LIST = 64;
const STRING_MAP = 128;
const HTTP_LABEL = 1;
const SENSITIVE = 8;

function structure(name: string, members: Record<string, $SchemaRef>, required = 0): StaticStructureSchema {
  return [3, NAMESPACE, name, 0, Object.keys(members), Object.values(members), required];
}

function list(name: string, of: $SchemaRef): StaticListSchema {
  return [1, NAMESPACE, name, 0, of];
}

function get(name: string, uri: string, input: $SchemaRef, output: $SchemaRef): StaticOperationSchema {
  return [9, NAMESPACE, name, { http: ['GET', uri, 200] }, input, output];
}

const inQuery = (name: string, of: $SchemaRef): $SchemaRef => [of, { httpQuery: name }];

const syntheticRegistry = new TypeRegistry(SYNTHETIC_NAMESPACE);
syntheticRegistry.registerError(
  [-3, SYNTHETIC_NAMESPACE, 'IoTManagedIntegrationsServiceException', 0, [], []],
  IoTManagedIntegrationsServiceException,
);

const registry = new TypeRegistry(NAMESPACE);

function registerError(name: string, status: number, exception: unknown, ...members: string[]): void {
  const traits = { error: status < 500 ? 'client' : 'server', httpError: status } as const;
  const types = ['Message', ...members].map(() => STRING);
  registry.registerError([-3, NAMESPACE, name, traits, ['Message', ...members], types], exception);
}

registerError('AccessDeniedException', 403, AccessDeniedException);
registerError('InternalServerException', 500, InternalServerException);
registerError('ResourceNotFoundException', 404, ResourceNotFoundException, 'ResourceId', 'ResourceType');
registerError('ThrottlingException', 429, ThrottlingException);
registerError('ValidationException', 400, ValidationException);

/** What the protocol makes error answers of. */
export const errorTypeRegistries = [syntheticRegistry, registry];

const SchedulingConfig = structure('OtaTaskSchedulingConfig', {
  EndBehavior: STRING,
  EndTime: STRING,
  MaintenanceWindows: list(
    'ScheduleMaintenanceWindowList',
    structure('ScheduleMaintenanceWindow', { DurationInMinutes: NUMBER, StartTime: STRING }),
  ),
  StartTime: STRING,
});

const RetryConfig = structure('OtaTaskExecutionRetryConfig', {
  RetryConfigCriteria: list(
    'RetryConfigCriteriaList',
    structure('RetryConfigCriteria', { FailureType: STRING, MinNumberOfRetries: NUMBER }),
  ),
});

const ProcessingDetails = structure('TaskProcessingDetails', {
  NumberOfCanceledThings: NUMBER,
  NumberOfFailedThings: NUMBER,
  NumberOfInProgressThings: NUMBER,
  numberOfQueuedThings: NUMBER,
  numberOfRejectedThings: NUMBER,
  numberOfRemovedThings: NUMBER,
  numberOfSucceededThings: NUMBER,
  numberOfTimedOutThings: NUMBER,
  processingTargets: STRING_LIST,
});

export const GetOtaTask$ = get(
  'GetOtaTask',
  '/ota-tasks/{Identifier}',
  structure('GetOtaTaskRequest', { Identifier: [STRING, HTTP_LABEL] }, 1),
  structure('GetOtaTaskResponse', {
    TaskId: STRING,
    TaskArn: STRING,
    Description: STRING,
    S3Url: STRING,
    Protocol: STRING,
    OtaType: STRING,
    OtaTargetQueryString: STRING,
    OtaMechanism: STRING,
    Target: STRING_LIST,
    CreatedAt: TIMESTAMP,
    LastUpdatedAt: TIMESTAMP,
    TaskConfigurationId: STRING,
    TaskProcessingDetails: ProcessingDetails,
    OtaSchedulingConfig: SchedulingConfig,
    OtaTaskExecutionRetryConfig: RetryConfig,
    Status: STRING,
    Tags: [STRING_MAP, SENSITIVE],
  }),
);

const AbortConfig = structure('OtaTaskAbortConfig', {
  AbortConfigCriteriaList: list(
    'AbortConfigCriteriaList',
    structure('AbortConfigCriteria', {
      Action: STRING,
      FailureType: STRING,
      MinNumberOfExecutedThings: NUMBER,
      ThresholdPercentage: NUMBER,
    }),
  ),
});

const RolloutConfig = structure('OtaTaskExecutionRolloutConfig', {
  ExponentialRolloutRate: structure('ExponentialRolloutRate', {
    BaseRatePerMinute: NUMBER,
    IncrementFactor: NUMBER,
    RateIncreaseCriteria: structure('RolloutRateIncreaseCriteria', {
      numberOfNotifiedThings: NUMBER,
      numberOfSucceededThings: NUMBER,
    }),
  }),
  MaximumPerMinute: NUMBER,
});

export const GetOtaTaskConfiguration$ = get(
  'GetOtaTaskConfiguration',
  '/ota-task-configurations/{Identifier}',
  structure('GetOtaTaskConfigurationRequest', { Identifier: [STRING, HTTP_LABEL] }, 1),
  structure('GetOtaTaskConfigurationResponse', {
    TaskConfigurationId: STRING,
    Name: [STRING, SENSITIVE],
    PushConfig: structure('PushConfig', {
      AbortConfig,
      RolloutConfig,
      TimeoutConfig: structure('OtaTaskTimeoutConfig', { InProgressTimeoutInMinutes: NUMBER }),
    }),
    Description: STRING,
    CreatedAt: TIMESTAMP,
  }),
);

const pageOf = { NextToken: inQuery('NextToken', STRING), MaxResults: inQuery('MaxResults', NUMBER) };

export const ListOtaTasks$ = get(
  'ListOtaTasks',
  '/ota-tasks',
  structure('ListOtaTasksRequest', pageOf),
  structure('ListOtaTasksResponse', {
    Tasks: list(
      'OtaTaskListDefinition',
      structure('OtaTaskSummary', {
        TaskId: STRING,
        TaskArn: STRING,
        CreatedAt: TIMESTAMP,
        LastUpdatedAt: TIMESTAMP,
        TaskConfigurationId: STRING,
        Status: STRING,
      }),
    ),
    NextToken: STRING,
  }),
);

const ExecutionSummary = structure('OtaTaskExecutionSummary', {
  ExecutionNumber: NUMBER,
  LastUpdatedAt: TIMESTAMP,
  QueuedAt: TIMESTAMP,
  RetryAttempt: NUMBER,
  StartedAt: TIMESTAMP,
  Status: STRING,
});

export const ListOtaTaskExecutions$ = get(
  'ListOtaTaskExecutions',
  '/ota-tasks/{Identifier}/devices',
  structure('ListOtaTaskExecutionsRequest', { Identifier: [STRING, HTTP_LABEL], ...pageOf }, 1),
  structure('ListOtaTaskExecutionsResponse', {
    ExecutionSummaries: list(
      'OtaTaskExecutionSummariesListDefinition',
      structure('OtaTaskExecutionSummaries', {
        TaskExecutionSummary: ExecutionSummary,
        ManagedThingId: STRING,
      }),
    ),
    NextToken: STRING,
  }),
);
