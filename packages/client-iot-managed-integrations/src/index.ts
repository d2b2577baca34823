export { Command as $Command } from '@smithy/core/client';
export * from './client.ts';
export * from './commands.ts';
export type { ClientInputEndpointParameters } from './endpoint.ts';
export * from './enums.ts';
export * from './errors.ts';
export type { IoTManagedIntegrationsExtensionConfiguration, RuntimeExtension } from './extensions.ts';
export * from './models.ts';
export * from './pagination.ts';
