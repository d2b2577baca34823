import { makeBuilder } from '@smithy/core/client';
import { getEndpointPlugin } from '@smithy/core/endpoints';
import type { MetadataBearer } from '@smithy/types';
import type { IoTManagedIntegrationsClientResolvedConfig } from './client.ts';
import { commonParams } from './endpoint.ts';
import type {
  GetOtaTaskConfigurationRequest,
  GetOtaTaskConfigurationResponse,
  GetOtaTaskRequest,
  GetOtaTaskResponse,
  ListOtaTaskExecutionsRequest,
  ListOtaTaskExecutionsResponse,
  ListOtaTasksRequest,
  ListOtaTasksResponse,
} from './models.ts';
import { GetOtaTask$, GetOtaTaskConfiguration$, ListOtaTaskExecutions$, ListOtaTasks$ } from './schemas.ts';

export interface GetOtaTaskCommandInput extends GetOtaTaskRequest {}
export interface GetOtaTaskCommandOutput extends GetOtaTaskResponse, MetadataBearer {}
export interface GetOtaTaskConfigurationCommandInput extends GetOtaTaskConfigurationRequest {}
export interface GetOtaTaskConfigurationCommandOutput
  extends GetOtaTaskConfigurationResponse,
    MetadataBearer {}
export interface ListOtaTasksCommandInput extends ListOtaTasksRequest {}
export interface ListOtaTasksCommandOutput extends ListOtaTasksResponse, MetadataBearer {}
export interface ListOtaTaskExecutionsCommandInput extends ListOtaTaskExecutionsRequest {}
export interface ListOtaTaskExecutionsCommandOutput extends ListOtaTaskExecutionsResponse, MetadataBearer {}

export type ServiceInputTypes =
  | GetOtaTaskCommandInput
  | GetOtaTaskConfigurationCommandInput
  | ListOtaTasksCommandInput
  | ListOtaTaskExecutionsCommandInput;

export type ServiceOutputTypes =
  | GetOtaTaskCommandOutput
  | GetOtaTaskConfigurationCommandOutput
  | ListOtaTasksCommandOutput
  | ListOtaTaskExecutionsCommandOutput;

const command = makeBuilder<
  IoTManagedIntegrationsClientResolvedConfig,
  ServiceInputTypes,
  ServiceOutputTypes
>(commonParams, 'IotManagedIntegrations', 'IoTManagedIntegrationsClient', getEndpointPlugin);

const noPlugins = () => [];

/** One task, with its counts of things by state. */
export class GetOtaTaskCommand extends command<GetOtaTaskCommandInput, GetOtaTaskCommandOutput>(
  {},
  noPlugins,
  'GetOtaTask',
  GetOtaTask$,
) {}

/** One task configuration: rollout rate, abort criteria, timeout. */
export class GetOtaTaskConfigurationCommand extends command<
  GetOtaTaskConfigurationCommandInput,
  GetOtaTaskConfigurationCommandOutput
>({}, noPlugins, 'GetOtaTaskConfiguration', GetOtaTaskConfiguration$) {}

/** A page of the account's tasks, finished ones too; there is no filter. */
export class ListOtaTasksCommand extends command<ListOtaTasksCommandInput, ListOtaTasksCommandOutput>(
  {},
  noPlugins,
  'ListOtaTasks',
  ListOtaTasks$,
) {}

/** A page of a task's executions, one a managed thing. */
export class ListOtaTaskExecutionsCommand extends command<
  ListOtaTaskExecutionsCommandInput,
  ListOtaTaskExecutionsCommandOutput
>({}, noPlugins, 'ListOtaTaskExecutions', ListOtaTaskExecutions$) {}
