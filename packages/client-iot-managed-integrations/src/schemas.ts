import { TypeRegistry } from '@smithy/core/schema';
import type {
  $SchemaRef,
  SchemaTraits,
  StaticErrorSchema,
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

/** Namespace of the service's shapes, as the model's ids spell it. */
export const NAMESPACE = 'com.amazonaws.iotmanagedintegrations';
const SYNTHETIC_NAMESPACE = `smithy.ts.sdk.synthetic.${NAMESPACE}`;

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

function error(
  name: string,
  traits: SchemaTraits,
  members: Record<string, $SchemaRef> = {},
): StaticErrorSchema {
  const all = { Message: STRING, ...members };
  return [-3, NAMESPACE, name, traits, Object.keys(all), Object.values(all)];
}

function get(name: string, uri: string, input: $SchemaRef, output: $SchemaRef): StaticOperationSchema {
  return [9, NAMESPACE, name, { http: ['GET', uri, 200] }, input, output];
}

const inQuery = (name: string, of: $SchemaRef): $SchemaRef => [of, { httpQuery: name }];

const namespaceRegistry = new TypeRegistry(NAMESPACE);
const syntheticRegistry = new TypeRegistry(SYNTHETIC_NAMESPACE);
syntheticRegistry.registerError(
  [-3, SYNTHETIC_NAMESPACE, 'IoTManagedIntegrationsServiceException', 0, [], []],
  IoTManagedIntegrationsServiceException,
);
namespaceRegistry.registerError(
  error('AccessDeniedException', { error: 'client', httpError: 403 }),
  AccessDeniedException,
);
namespaceRegistry.registerError(
  error('InternalServerException', { error: 'server', httpError: 500 }),
  InternalServerException,
);
namespaceRegistry.registerError(
  error(
    'ResourceNotFoundException',
    { error: 'client', httpError: 404 },
    { ResourceId: STRING, ResourceType: STRING },
  ),
  ResourceNotFoundException,
);
namespaceRegistry.registerError(
  error('ThrottlingException', { error: 'client', httpError: 429 }),
  ThrottlingException,
);
namespaceRegistry.registerError(
  error('ValidationException', { error: 'client', httpError: 400 }),
  ValidationException,
);

/** What the protocol makes error answers of. */
export const errorTypeRegistries = [syntheticRegistry, namespaceRegistry];

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
