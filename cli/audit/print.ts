import { columns, count, printable } from '../lines.ts';
import { number } from './progress.ts';
import type { VerifyResult } from './verify.ts';

export function printJson(result: VerifyResult): void {
  console.log(JSON.stringify(result, null, 2));
}

/** Prints what was found, then the sum of it. */
export function printResult({ findings, unchecked, ...result }: VerifyResult): void {
  const lines = findings.map(({ taskId, sequence, kind, message }) => [
    taskId,
    String(sequence),
    kind,
    message,
  ]);
  for (const line of columns(lines)) console.log(line);
  for (const sentence of unchecked) console.log(`Not checked: ${printable(sentence)}`);
  const { stack, tasks, rows, events, foreignEvents = 0, seconds, rowsPerSecond } = result;
  const what = [
    count(tasks, 'task'),
    `${number(rows)} ${rows === 1 ? 'row' : 'rows'}`,
    ...(events === undefined
      ? []
      : [`${count(events, 'event')} (${foreignEvents} of other sources left out)`]),
  ];
  const verdict =
    findings.length > 0
      ? count(findings.length, 'finding')
      : unchecked.length > 0
        ? 'nothing found'
        : 'intact';
  console.log(
    `${what.join(', ')}: ${verdict}, in ${seconds.toFixed(1)} s (${number(rowsPerSecond)} rows a second; ${stack})`,
  );
}
