import { useEffect, useId, useRef } from 'preact/hooks';
import { useField } from '../ui/use-field.ts';
import { type Filter, fieldInstant, fieldValue } from './filter.ts';
import type { FilterFormProps } from './filter-form.tsx';

type End = 'from' | 'to';

/** From when to when. An end that is empty is open. */
export function CustomRange({ filter, mistakes, show }: FilterFormProps) {
  const mistakeId = useId();
  const setEnd = (end: End, at: number | undefined) => {
    const { [end]: _, ...others } = filter;
    show(at === undefined ? others : { ...others, [end]: at }, true);
  };
  return (
    <div class="audit-custom">
      {(['from', 'to'] as const).map((end) => (
        <EndField
          key={end}
          end={end}
          at={filter[end]}
          mistakeId={mistakes.time === undefined ? undefined : mistakeId}
          onChange={(at) => setEnd(end, at)}
        />
      ))}
      {mistakes.time !== undefined && (
        <p id={mistakeId} class="audit-mistake" role="alert">
          {mistakes.time}
        </p>
      )}
    </div>
  );
}

interface EndFieldProps {
  end: End;
  at: Filter[End];
  mistakeId: string | undefined;
  onChange: (at: number | undefined) => void;
}

const PAUSE_MS = 700;

/** A date is typed piece by piece, and browsers tell of each: it counts after a pause, or when people leave the field. */
function EndField({ end, at, mistakeId, onChange }: EndFieldProps) {
  const shown = fieldValue(at);
  const field = useField(shown);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const take = useRef((_: HTMLInputElement) => {});
  take.current = ({ value, validity }) => {
    clearTimeout(timer.current);
    const typed = fieldInstant(value);
    // What is half typed is no date, and not empty either.
    const isEmpty = value === '' && !validity.badInput;
    if (value !== shown && (typed !== undefined || isEmpty)) onChange(typed);
  };
  return (
    <label>
      <span class="audit-label">{end === 'from' ? 'From (UTC)' : 'Before (UTC)'}</span>
      <input
        ref={field}
        type="datetime-local"
        min="1970-01-01T00:00"
        max="9999-12-31T23:59"
        aria-invalid={mistakeId !== undefined}
        aria-describedby={mistakeId}
        onInput={({ currentTarget }) => {
          clearTimeout(timer.current);
          timer.current = setTimeout(() => take.current(currentTarget), PAUSE_MS);
        }}
        onBlur={({ currentTarget }) => {
          take.current(currentTarget);
          // What cannot count is not left to look as if it did.
          if (fieldInstant(currentTarget.value) === undefined) currentTarget.value = shown;
        }}
      />
    </label>
  );
}
