import { useState } from 'preact/hooks';
import { SEVERITIES } from '../severity.ts';
import { statusName } from '../ui/status-badge.tsx';
import { COLUMNS } from './columns.ts';
import { FilterMenu } from './filter-menu.tsx';
import { SearchField } from './search-field.tsx';
import { filtersIn, orderOf, type State, sortedBy, toggled, unfiltered, type View } from './view.ts';
import '../ui/choices.css';
import './filters.css';

export interface FiltersProps {
  view: View;
  /** Configurations to choose from. */
  configurations: readonly string[];
  onChange: (view: View, replace?: boolean) => void;
}

const STATUSES = ['SCHEDULED', 'IN_PROGRESS', 'COMPLETED', 'CANCELED', 'DELETION_IN_PROGRESS', 'DELETED'];
const STATES: readonly { state: State | undefined; name: string }[] = [
  { state: undefined, name: 'All' },
  { state: 'live', name: 'Live' },
  { state: 'ended', name: 'Ended' },
];

export function Filters({ view, configurations, onChange }: FiltersProps) {
  const [isOpen, setOpen] = useState(false);
  const set = filtersIn(view);
  return (
    <search class="filters" aria-label="Rollouts">
      <StateChoice view={view} onChange={onChange} />
      <SearchField
        label="Search"
        placeholder="Task, description or configuration"
        value={view.q}
        maxLength={100}
        onSearch={(q, isGoingOn) => onChange({ ...view, q }, isGoingOn)}
      />
      <button type="button" class="filters-toggle" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        Filter and sort{set > 0 && ` (${set})`}
      </button>
      <div class={`filters-more ${isOpen ? 'open' : ''}`}>
        <SeverityChoice view={view} onChange={onChange} />
        <FilterMenu
          name="Status"
          options={[...new Set([...STATUSES, ...view.statuses])].map((value) => ({
            value,
            name: statusName(value),
          }))}
          chosen={view.statuses}
          onToggle={(status) => onChange({ ...view, statuses: toggled(view.statuses, status) })}
        />
        <SearchField
          label="Configuration"
          placeholder="Configuration: any"
          value={view.configurationId}
          maxLength={200}
          options={configurations}
          onSearch={(configurationId, isGoingOn) => onChange({ ...view, configurationId }, isGoingOn)}
        />
        <SortChoice view={view} onChange={onChange} />
        {set > 0 && (
          <button type="button" class="quiet" onClick={() => onChange(unfiltered(view))}>
            Clear filters
          </button>
        )}
      </div>
    </search>
  );
}

type ChoiceProps = Pick<FiltersProps, 'view' | 'onChange'>;

function StateChoice({ view, onChange }: ChoiceProps) {
  const { state: _, ...rest } = view;
  return (
    <fieldset class="segments">
      <legend class="visually-hidden">Live or ended</legend>
      {STATES.map(({ state, name }) => (
        <label key={name}>
          <input
            type="radio"
            name="state"
            checked={view.state === state}
            onChange={() => onChange(state === undefined ? rest : { ...rest, state })}
          />
          <span>{name}</span>
        </label>
      ))}
    </fieldset>
  );
}

function SeverityChoice({ view, onChange }: ChoiceProps) {
  return (
    <fieldset class="chips">
      <legend class="visually-hidden">Open breaches</legend>
      {SEVERITIES.map((severity) => (
        <label key={severity}>
          <input
            type="checkbox"
            checked={view.severities.includes(severity)}
            onChange={() => onChange({ ...view, severities: toggled(view.severities, severity) })}
          />
          <span class={`severity-${severity}`}>{severity}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** For narrow screens, where the columns have no heads. */
function SortChoice({ view, onChange }: ChoiceProps) {
  return (
    <div class="sort-choice">
      <label>
        Sort by{' '}
        <select
          value={view.sort}
          onChange={({ currentTarget }) => {
            const sort = COLUMNS.find((column) => column.sort === currentTarget.value)?.sort;
            if (sort !== undefined) onChange(sortedBy(view, sort));
          }}
        >
          {COLUMNS.filter(({ sort }) => sort !== undefined).map(({ name, sort }) => (
            <option key={sort} value={sort}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <button type="button" onClick={() => onChange(sortedBy(view, view.sort))}>
        {orderOf(view) === 'asc' ? 'Ascending' : 'Descending'}
      </button>
    </div>
  );
}
