import { useEffect, useId, useRef } from 'preact/hooks';

export interface SearchFieldProps {
  label: string;
  placeholder: string;
  value: string;
  maxLength: number;
  /** Values to choose from. */
  options?: readonly string[];
  /** Told a moment after the last key. `isGoingOn`: of the same typing as the one before. */
  onSearch: (text: string, isGoingOn: boolean) => void;
}

const PAUSE_MS = 250;

/** A field that searches while people type. */
export function SearchField({ label, placeholder, value, maxLength, options, onSearch }: SearchFieldProps) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const told = useRef(value);
  const isGoingOn = useRef(false);

  // The address can change without this field: then it follows. What people are typing stays.
  useEffect(() => {
    if (value === told.current) return;
    told.current = value;
    if (field.current !== null) field.current.value = value;
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const tell = () => {
    clearTimeout(timer.current);
    const text = field.current?.value.trim() ?? '';
    if (text === told.current) return;
    told.current = text;
    onSearch(text, isGoingOn.current);
    isGoingOn.current = true;
  };
  return (
    <>
      <input
        ref={field}
        type="search"
        aria-label={label}
        placeholder={placeholder}
        defaultValue={value}
        maxLength={maxLength}
        list={options === undefined ? undefined : id}
        autocomplete="off"
        spellcheck={false}
        onInput={() => {
          clearTimeout(timer.current);
          timer.current = setTimeout(tell, PAUSE_MS);
        }}
        onChange={tell}
        onBlur={() => {
          isGoingOn.current = false;
        }}
      />
      {options !== undefined && (
        <datalist id={id}>
          {options.map((option) => (
            <option key={option} value={option} />
          ))}
        </datalist>
      )}
    </>
  );
}
