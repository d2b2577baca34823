import type { Plugin } from 'esbuild';

export const LAMBDA_PLUGINS: Plugin[];
