import path from 'node:path';
import type { Judged } from './stryker.ts';

/** What became of the mutants of one file or folder. */
export interface Score {
  readonly name: string;
  readonly killed: number;
  readonly timeouts: number;
  readonly survived: number;
  readonly uncovered: number;
  /** Mutants that cannot be loaded: they are not counted. */
  readonly errors: number;
  /** Percent of the mutants that can be loaded. */
  readonly percent: number;
}

/** Counts what became of mutants. */
export function scoreOf(name: string, mutants: readonly Judged[]): Score {
  const count = (...statuses: readonly string[]) =>
    mutants.filter(({ status }) => statuses.includes(status)).length;
  const [killed, timeouts] = [count('Killed'), count('Timeout')];
  const [survived, uncovered] = [count('Survived'), count('NoCoverage')];
  const valid = killed + timeouts + survived + uncovered;
  return {
    name,
    killed,
    timeouts,
    survived,
    uncovered,
    errors: count('RuntimeError', 'CompileError'),
    percent: valid === 0 ? 100 : (100 * (killed + timeouts)) / valid,
  };
}

/** Scores by folder, each with those of its files. */
export function scoresByFolder(mutants: readonly Judged[]): { folder: Score; files: Score[] }[] {
  const folders = [...Map.groupBy(mutants, ({ fileName }) => path.dirname(fileName))];
  return folders
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([folder, ofFolder]) => ({
      folder: scoreOf(folder, ofFolder),
      files: [...Map.groupBy(ofFolder, ({ fileName }) => fileName)]
        .map(([file, ofFile]) => scoreOf(file, ofFile))
        .sort((a, b) => a.name.localeCompare(b.name)),
    }));
}

/** A table in Markdown. */
export function scoreTable(mutants: readonly Judged[]): string {
  const row = ({ name, percent, killed, timeouts, survived, uncovered, errors }: Score, mark = '') =>
    `| ${[`${mark}${name}${mark}`, `${mark}${percent.toFixed(1)} %${mark}`, killed, timeouts, survived, uncovered, errors].join(' | ')} |`;
  return [
    '| Code | Score | Killed | Timeouts | Survived | Without a test | Not loadable |',
    '|---|---:|---:|---:|---:|---:|---:|',
    ...scoresByFolder(mutants).flatMap(({ folder, files }) => [
      row(folder, '**'),
      ...files.map((file) => row(file)),
    ]),
    row(scoreOf('all', mutants), '**'),
  ].join('\n');
}
