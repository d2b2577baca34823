const MAX_SUGGESTIONS = 3;

/**
 * What is wrong with fields that nobody knows: one line a field.
 *
 * @param refused what to say of fields that are known elsewhere, by name
 */
export function unknownFields(
  names: readonly string[],
  known: readonly string[],
  refused: ReadonlyMap<string, string>,
): string {
  return names.map((name) => refused.get(name) ?? unknownField(name, known)).join('\n');
}

function unknownField(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near.length === 0
    ? `there is no such field here: known are ${known.join(', ')}`
    : `there is no such field here: did you mean ${near.join(' or ')}?`;
}

/** The names that are spelled much like one, nearest first. */
export function nearest(name: string, known: readonly string[]): string[] {
  const plain = plainly(name);
  return known
    .map((one) => ({ one, distance: editDistance(plain, plainly(one)) }))
    .filter(({ one, distance }) => distance <= Math.max(1, Math.min(plain.length, one.length) / 3))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, MAX_SUGGESTIONS)
    .map(({ one }) => one);
}

/** Cut: nobody means a field by a text of any length. */
function plainly(name: string): string {
  return name
    .slice(0, 64)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '');
}

/** Levenshtein's: how many characters are to be put in, taken out or replaced. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [row, character] of [...from].entries()) {
    const current = [row + 1];
    for (let column = 1; column <= to.length; column += 1) {
      const [replaced = 0, removed = 0] = previous.slice(column - 1, column + 1);
      const inserted = current[column - 1] ?? 0;
      const cost = character === to[column - 1] ? 0 : 1;
      current.push(Math.min(replaced + cost, removed + 1, inserted + 1));
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
}
