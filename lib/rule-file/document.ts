import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import { type Path, RuleFileError, type RuleFileProblem } from './problems.ts';

/** A YAML document as plain values. */
export interface RuleDocument {
  readonly value: unknown;
  /** What does not keep the rest from being read. */
  readonly problems: readonly RuleFileProblem[];
  /** Line and column, from 1, of a field's name or of an item; of what should hold it, where there is none. */
  locate(path: Path): { readonly line: number; readonly column: number };
}

/** Aliases are replaced by what they stand for at most so often: a few lines could stand for gigabytes. */
const MAX_ALIASES = 100;
const TOO_MANY_ALIASES = `expected at most ${MAX_ALIASES} aliases`;

/** Characters: far more than the rules that a file may have take up. */
const MAX_LENGTH = 4_000_000;

/** In other words than the YAML library's. */
const EXPLAINED: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'there is such a field already',
  MULTIPLE_DOCS: 'expected one document: here begins a second',
  RESOURCE_EXHAUSTION: 'lists and objects lie too deep in one another',
};

/**
 * Reads YAML, and so JSON.
 *
 * @throws RuleFileError on text that is neither
 */
export function readDocument(text: string, source: string): RuleDocument {
  if (text.length > MAX_LENGTH) {
    const message = `the file has ${text.length} characters: expected at most ${MAX_LENGTH}`;
    throw new RuleFileError(source, [{ line: 1, column: 1, path: '', message }]);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, schema: 'core' });
  const position = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const problem = (offset: number, message: string) => ({ ...position(offset), path: '', message });
  const complaints = complaintsOf(document);
  const problems = complaints.map(({ code, message, pos: [at] }) => problem(at, EXPLAINED[code] ?? message));
  if (complaints.some(({ code }) => code !== 'DUPLICATE_KEY')) throw new RuleFileError(source, problems);
  const odd = oddNodes(document).map(({ offset, message }) => problem(offset, message));
  if (odd.length > 0) throw new RuleFileError(source, [...problems, ...odd]);
  try {
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    return { value, problems, locate: (path) => position(offsetOf(path, document)) };
  } catch (error) {
    throw new RuleFileError(source, [...problems, problem(0, TOO_MANY_ALIASES)], { cause: error });
  }
}

/** What lies too deep complains at every level, and of more than that. */
function complaintsOf({ errors, warnings }: Document): readonly YAMLError[] {
  const tooDeep = errors.find(({ code }) => code === 'RESOURCE_EXHAUSTION');
  return tooDeep === undefined ? [...errors, ...warnings] : [tooDeep];
}

interface OddNode {
  readonly offset: number;
  readonly message: string;
}

/** What YAML allows and plain values cannot hold. */
function oddNodes(document: Document): OddNode[] {
  const found: OddNode[] = [];
  let aliases = 0;
  visit(document, {
    Pair(_, { key }) {
      if (!isScalar(key)) found.push({ offset: startOf(key), message: 'expected a plain name of a field' });
      else if (key.value === '__proto__')
        found.push({ offset: startOf(key), message: 'expected another name' });
    },
    Alias(_, alias) {
      aliases += 1;
      if (aliases > MAX_ALIASES) {
        found.push({ offset: startOf(alias), message: TOO_MANY_ALIASES });
        return visit.BREAK;
      }
      if (alias.resolve(document) === undefined)
        found.push({ offset: startOf(alias), message: `there is no anchor ${alias.source} before this` });
      return undefined;
    },
  });
  return found;
}

function offsetOf(path: Path, document: Document): number {
  let node: unknown = document.contents;
  let offset = startOf(node);
  for (const step of path) {
    const inside = isAlias(node) ? node.resolve(document) : node;
    if (isMap(inside)) {
      const pair = inside.items.find(({ key }) => isScalar(key) && String(key.value) === step);
      if (pair === undefined) break;
      offset = startOf(pair.key);
      node = pair.value;
    } else if (isSeq(inside) && typeof step === 'number') {
      node = inside.items[step];
      offset = startOf(node);
    }
  }
  return offset;
}

function startOf(node: unknown): number {
  return isAlias(node) || isScalar(node) || isMap(node) || isSeq(node) ? (node.range?.[0] ?? 0) : 0;
}
