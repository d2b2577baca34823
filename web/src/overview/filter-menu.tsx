import { useEffect, useRef } from 'preact/hooks';

export interface FilterMenuProps {
  name: string;
  options: readonly { readonly value: string; readonly name: string }[];
  chosen: readonly string[];
  onToggle: (value: string) => void;
}

/** A choice of several, that opens. Escape, or a click or the focus elsewhere, closes it. */
export function FilterMenu({ name, options, chosen, onToggle }: FilterMenuProps) {
  const menu = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const onClick = ({ target }: MouseEvent) => {
      if (target instanceof Node && !menu.current?.contains(target)) menu.current?.removeAttribute('open');
    };
    document.addEventListener('click', onClick);
    return () => document.removeEventListener('click', onClick);
  }, []);
  const onKeyDown = ({ key, currentTarget }: KeyboardEvent) => {
    if (key !== 'Escape' || !(currentTarget instanceof HTMLDetailsElement)) return;
    currentTarget.removeAttribute('open');
    currentTarget.querySelector('summary')?.focus();
  };
  const onFocusOut = ({ relatedTarget, currentTarget }: FocusEvent) => {
    if (!(currentTarget instanceof HTMLDetailsElement) || !(relatedTarget instanceof Node)) return;
    if (!currentTarget.contains(relatedTarget)) currentTarget.removeAttribute('open');
  };
  const named = options.filter(({ value }) => chosen.includes(value)).map((option) => option.name);
  return (
    <details class="menu" ref={menu} onKeyDown={onKeyDown} onFocusOut={onFocusOut}>
      <summary class={named.length > 0 ? 'chosen' : undefined}>
        {name}: {named.length === 0 ? 'any' : named.join(', ')}
      </summary>
      <fieldset class="menu-options">
        <legend class="visually-hidden">{name}</legend>
        {options.map((option) => (
          <label key={option.value}>
            <input
              type="checkbox"
              checked={chosen.includes(option.value)}
              onChange={() => onToggle(option.value)}
            />
            {option.name}
          </label>
        ))}
      </fieldset>
    </details>
  );
}
