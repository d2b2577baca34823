import type { Plugin } from 'esbuild';

export const LAMBDA_PLUGINS: Plugin[];

export default function pluginsOf(serverless: {
  readonly processedInput: { readonly commands: readonly string[] };
}): Plugin[];
