export interface Memory<Value> {
  /** Epoch milliseconds. */
  now(): number;
  /** How long an answer counts, from when it was asked for, milliseconds. */
  keepMs(value: Value): number;
  /** Keys at most; the one that was asked for first goes first. */
  readonly maxKeys: number;
}

/** Loads what is not known, or too old. Who asks while an answer is on its way gets the same; failures are not remembered. */
export function remembered<Value>(
  load: (key: string) => Promise<Value>,
  { now, keepMs, maxKeys }: Memory<Value>,
): (key: string) => Promise<Value> {
  const answers = new Map<
    string,
    { readonly askedAt: number; keepMs: number; readonly value: Promise<Value> }
  >();

  const ask = (key: string) => {
    const answer = { askedAt: now(), keepMs: Number.POSITIVE_INFINITY, value: load(key) };
    answers.delete(key);
    answers.set(key, answer);
    for (const oldest of [...answers.keys()].slice(0, -maxKeys)) answers.delete(oldest);
    answer.value.then(
      (value) => {
        answer.keepMs = keepMs(value);
      },
      () => {
        if (answers.get(key) === answer) answers.delete(key);
      },
    );
    return answer.value;
  };

  return (key) => {
    const known = answers.get(key);
    // The computer's clock may have stepped back.
    const isFresh = known !== undefined && Math.abs(now() - known.askedAt) < known.keepMs;
    return isFresh ? known.value : ask(key);
  };
}
