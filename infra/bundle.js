import { lambdaCredentials } from './bundle/lambda-credentials.js';
import { ownSourceMap } from './bundle/own-source-map.js';
import { ruleFile } from './bundle/rule-file.js';

/** What esbuild does besides bundling, for code that runs in Lambda. */
export const LAMBDA_PLUGINS = [ruleFile, lambdaCredentials, ownSourceMap];

/** A local run can have any credentials that the SDK knows of. */
const LOCAL_PLUGINS = [ruleFile, ownSourceMap];

/** The plugins of a command, for serverless-esbuild. */
export default function pluginsOf({ processedInput }) {
  return processedInput.commands.includes('offline') ? LOCAL_PLUGINS : LAMBDA_PLUGINS;
}
