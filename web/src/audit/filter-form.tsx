import { useId, useState } from 'preact/hooks';
import '../ui/choices.css';
import { TYPE_NAMES, TYPES } from '../event-words.ts';
import { SEVERITIES } from '../severity.ts';
import { CustomRange } from './custom-range.tsx';
import { asCustom, type Filter, type FilterMistakes, NO_FILTER, RANGES, type Range } from './filter.ts';
import { TaskField } from './task-field.tsx';
import './filters.css';

export interface FilterFormProps {
  filter: Filter;
  mistakes: FilterMistakes;
  /** Shows what another filter finds; `replace`: not as a step that one can go back from. */
  show: (filter: Filter, replace?: boolean) => void;
}

/** What is searched for. Each change counts at once; text does when it is entered. */
export function FilterForm({ filter, mistakes, show }: FilterFormProps) {
  // Where there is little room, all but the time is folded away.
  const [isUnfolded, setUnfolded] = useState(false);
  const folded = (filter.task === '' ? 0 : 1) + filter.types.length + filter.severities.length;
  return (
    <search aria-label="Filters">
      <form
        class={`audit-filters${isUnfolded ? ' audit-unfolded' : ''}`}
        onSubmit={(event) => event.preventDefault()}
        noValidate
      >
        <RangeField {...{ filter, mistakes, show }} />
        <TaskField {...{ filter, mistakes, show }} />
        <Chips
          legend="Type"
          chips={TYPES.map((slug) => ({ value: slug, label: TYPE_NAMES[slug], looks: 'audit-chip' }))}
          chosen={filter.types}
          choose={(types) => show({ ...filter, types })}
        />
        <Chips
          legend="Severity"
          chips={SEVERITIES.map((severity) => ({
            value: severity,
            label: severity,
            looks: `severity-${severity}`,
          }))}
          chosen={filter.severities}
          choose={(severities) => show({ ...filter, severities })}
          hint={
            filter.severities.length > 0 ? 'Breaches and recoveries only: nothing else has a severity.' : ''
          }
        />
        <button
          type="button"
          class="audit-unfold"
          aria-expanded={isUnfolded}
          onClick={() => setUnfolded(!isUnfolded)}
        >
          {isUnfolded ? 'Fewer filters' : `More filters${folded === 0 ? '' : ` (${folded})`}`}
        </button>
        <button
          type="button"
          class="quiet audit-reset"
          disabled={folded === 0 && filter.range === NO_FILTER.range}
          onClick={() => show(NO_FILTER)}
        >
          Reset filters
        </button>
      </form>
    </search>
  );
}

function RangeField({ filter, mistakes, show }: FilterFormProps) {
  const id = useId();
  const choose = (range: Range) => {
    const { from: _, to: __, ...others } = filter;
    show(range === 'custom' ? asCustom(filter, Date.now()) : { ...others, range });
  };
  return (
    <fieldset>
      <legend>Time</legend>
      <div class="segments">
        {RANGES.map(([range, label]) => (
          <label key={range}>
            <input
              type="radio"
              name={id}
              value={range}
              checked={filter.range === range}
              onChange={() => choose(range)}
            />
            <span>{label}</span>
          </label>
        ))}
      </div>
      {filter.range === 'custom' && <CustomRange {...{ filter, mistakes, show }} />}
    </fieldset>
  );
}

interface ChipsProps<T extends string> {
  legend: string;
  chips: readonly { readonly value: T; readonly label: string; readonly looks: string }[];
  chosen: readonly T[];
  choose: (chosen: readonly T[]) => void;
  hint?: string;
}

/** Any of some values; none stands for all. */
function Chips<T extends string>({ legend, chips, chosen, choose, hint = '' }: ChipsProps<T>) {
  const toggle = (value: T) =>
    choose(chosen.includes(value) ? chosen.filter((other) => other !== value) : [...chosen, value]);
  return (
    <fieldset>
      <legend>{legend}</legend>
      <div class="chips">
        {chips.map(({ value, label, looks }) => (
          <label key={value}>
            <input type="checkbox" checked={chosen.includes(value)} onChange={() => toggle(value)} />
            <span class={looks}>{label}</span>
          </label>
        ))}
      </div>
      {hint !== '' && <p class="audit-hint">{hint}</p>}
    </fieldset>
  );
}
