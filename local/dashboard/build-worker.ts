import { workerData } from 'node:worker_threads';
import { build } from 'vite';
import { z } from 'zod';

const { root, outDir } = z.object({ root: z.string(), outDir: z.string() }).parse(workerData);

await build({ root, logLevel: 'warn', build: { outDir, emptyOutDir: true } });
