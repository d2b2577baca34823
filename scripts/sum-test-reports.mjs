// Sums vitest's JSON reports in a folder to one line. Runs on any Node, with nothing installed.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const [folder = '.'] = process.argv.slice(2);
let [passed, failed] = [0, 0];
for (const name of readdirSync(folder).filter((file) => file.endsWith('.json'))) {
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(
    readFileSync(path.join(folder, name), 'utf8'),
  );
  // A file that could not be loaded has no tests that could fail.
  const unloaded = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  passed += numPassedTests;
  failed += numFailedTests + unloaded.length;
}
console.log(`${passed} passed, ${failed} failed`);
