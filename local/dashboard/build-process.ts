// Builds the dashboard, and ends with whoever asked for it: node build-process.ts ROOT OUT_DIR
import { build } from 'vite';

const [root = '', outDir = ''] = process.argv.slice(2);
process.once('disconnect', () => process.exit(1));

try {
  await build({ root, logLevel: 'warn', build: { outDir, emptyOutDir: true } });
  process.exit(0);
} catch (error) {
  console.error(error);
  process.exit(1);
}
