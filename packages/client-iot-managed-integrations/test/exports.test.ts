import * as client from '@aws-sdk/client-iot-managed-integrations';
import { expect, it } from 'vitest';

it('exports nothing that the published package does not have', () => {
  expect(Object.keys(client).sort()).toEqual([
    '$Command',
    'AbortCriteriaAction',
    'AbortCriteriaFailureType',
    'AccessDeniedException',
    'GetOtaTaskCommand',
    'GetOtaTaskConfigurationCommand',
    'InternalServerException',
    'IoTManagedIntegrationsClient',
    'IoTManagedIntegrationsServiceException',
    'ListOtaTaskExecutionsCommand',
    'ListOtaTasksCommand',
    'OtaMechanism',
    'OtaProtocol',
    'OtaStatus',
    'OtaTaskExecutionStatus',
    'OtaType',
    'ResourceNotFoundException',
    'RetryCriteriaFailureType',
    'SchedulingConfigEndBehavior',
    'ThrottlingException',
    'ValidationException',
    'paginateListOtaTaskExecutions',
    'paginateListOtaTasks',
  ]);
});
