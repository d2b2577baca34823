import { readFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * Reads `rules.yml` when functions are bundled: they take in what it says (`rules`, those built in first, and `alerts`) without
 * what reads it. A file that is wrong ends packaging, with the place of each problem.
 */
export const ruleFile = {
  name: 'rule-file',
  setup({ onLoad }) {
    onLoad({ filter: /[/\\]rules\.yml$/ }, async (file) => {
      const text = await readFile(file.path, 'utf8');
      const { parseRuleFile, parseAlertSettings } = await import('../../lib/rule-file/parse.ts');
      const { withDefaults } = await import('../../lib/rule-file/defaults.ts');
      const source = path.basename(file.path);
      try {
        const rules = withDefaults(parseRuleFile(text, source));
        const alerts = parseAlertSettings(text, source);
        return { contents: JSON.stringify({ rules, alerts }), loader: 'json', watchFiles: [file.path] };
      } catch (error) {
        if (error.name !== 'RuleFileError') throw error;
        return { errors: error.problems.map((problem) => messageOf(problem, text, source)) };
      }
    });
  },
};

/** A problem as esbuild shows it: its columns count from 0. */
function messageOf({ line, column, path: where, message }, text, file) {
  const lineText = text.split('\n')[line - 1] ?? '';
  const location = { file, line, column: column - 1, lineText };
  return { text: where === '' ? message : `${where}: ${message}`, location };
}
