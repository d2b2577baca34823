import { readFile } from 'node:fs/promises';

const NO_MAP = Buffer.from(JSON.stringify({ version: 3, sources: [''], mappings: 'AAAA' })).toString(
  'base64',
);

/**
 * Leaves dependencies out of the source map, which Node.js reads whenever a function starts: stack traces tell the lines of our
 * own sources.
 */
export const ownSourceMap = {
  name: 'own-source-map',
  setup({ onLoad }) {
    onLoad({ filter: /[/\\]node_modules[/\\].*\.[cm]?js$/ }, async (file) => ({
      contents: `${await readFile(file.path, 'utf8')}\n//# sourceMappingURL=data:application/json;base64,${NO_MAP}`,
      loader: 'default',
    }));
  },
};
