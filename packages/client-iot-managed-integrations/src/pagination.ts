import { createPaginator } from '@smithy/core';
import type { PaginationConfiguration } from '@smithy/types';
import { IoTManagedIntegrationsClient } from './client.ts';
import {
  ListOtaTaskExecutionsCommand,
  type ListOtaTaskExecutionsCommandInput,
  type ListOtaTaskExecutionsCommandOutput,
  ListOtaTasksCommand,
  type ListOtaTasksCommandInput,
  type ListOtaTasksCommandOutput,
} from './commands.ts';

export interface IoTManagedIntegrationsPaginationConfiguration extends PaginationConfiguration {
  client: IoTManagedIntegrationsClient;
}

export const paginateListOtaTasks = createPaginator<
  IoTManagedIntegrationsPaginationConfiguration,
  ListOtaTasksCommandInput,
  ListOtaTasksCommandOutput
>(IoTManagedIntegrationsClient, ListOtaTasksCommand, 'NextToken', 'NextToken', 'MaxResults');

export const paginateListOtaTaskExecutions = createPaginator<
  IoTManagedIntegrationsPaginationConfiguration,
  ListOtaTaskExecutionsCommandInput,
  ListOtaTaskExecutionsCommandOutput
>(IoTManagedIntegrationsClient, ListOtaTaskExecutionsCommand, 'NextToken', 'NextToken', 'MaxResults');
