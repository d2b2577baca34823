import openapi from '../api/openapi.yml';
import { readApiConfig } from '../lib/api/config.ts';
import { createParameterReader } from '../lib/api/parameters.ts';
import { createApi } from '../lib/compose-api.ts';
import { rules } from '../rules.yml';
import { apiHandler } from './api-handler.ts';

const parameters = createParameterReader(openapi);

/** Invoked by the HTTP API: answers what is known of tasks, and their history. */
export const handler = apiHandler(parameters, (surroundings) =>
  createApi(readApiConfig(process.env), { parameters, rules }, surroundings),
);
