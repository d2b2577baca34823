import { useEffect, useState } from 'preact/hooks';
import './copy.css';

const SHOWN_MS = 2_000;

/** Puts a text on the clipboard, and says that it did. */
export function Copy({ text, label }: { text: string; label: string }) {
  const [outcome, setOutcome] = useState<'copied' | 'refused'>();
  useEffect(() => {
    if (outcome === undefined) return undefined;
    const timer = setTimeout(() => setOutcome(undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setOutcome('copied'),
      () => setOutcome('refused'),
    );
  return (
    <button type="button" class="copy" aria-label={`Copy ${label}`} title={`Copy ${label}`} onClick={copy}>
      <span aria-live="polite">{WORDS[outcome ?? 'ready']}</span>
    </button>
  );
}

const WORDS = { ready: 'Copy', copied: 'Copied', refused: 'The browser refused' };
