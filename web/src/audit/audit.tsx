import { useMemo, useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { queryString } from '../query.ts';
import { useTitle } from '../title.ts';
import { ExportPanel } from './export-panel.tsx';
import { addressQuery, apiQuery, type Filter, filterOf, mistakesOf } from './filter.ts';
import { FilterForm } from './filter-form.tsx';
import { Results } from './results.tsx';
import { useSearch } from './use-search.ts';
import { VerifyPanel } from './verify-panel.tsx';
import './audit.css';

/** The history of all tasks: to be searched, exported, and verified. What is searched for is in the address. */
export function Audit() {
  const { query, route } = useLocation();
  const filter = filterOf(query);
  const address = queryString(addressQuery(filter));
  // What a verification depends on: the verdict on another time, or task, would be misread.
  const scope = queryString(addressQuery({ ...filter, types: [], severities: [] }));
  const mistakes = mistakesOf(filter);
  const isRight = mistakes.task === undefined && mistakes.time === undefined;
  const [times, setTimes] = useState(0);
  // The present from which a range reaches back stands still while its pages are read.
  const asked = useMemo(() => apiQuery(filter, Date.now()), [address, times]);
  const handle = useSearch(isRight ? asked : undefined);
  useTitle('Audit');

  const show = (next: Filter, replace?: boolean) =>
    route(`/audit${queryString(addressQuery(next))}`, replace);
  const open = (row: string | undefined) =>
    route(`/audit${queryString({ ...addressQuery(filter), row })}`, true);
  return (
    <div class="audit">
      <header class="audit-heading">
        <h1>Audit</h1>
        <p>Every difference that was ever observed, as it was recorded. All times are UTC.</p>
      </header>
      <FilterForm filter={filter} mistakes={mistakes} show={show} />
      <div class="audit-panels">
        <VerifyPanel key={scope} asked={asked} disabled={!isRight} />
        <ExportPanel asked={asked} disabled={!isRight} />
      </div>
      {isRight && (
        <Results
          handle={handle}
          again={() => setTimes(times + 1)}
          opened={query.row}
          open={open}
          isFiltered={address !== ''}
          reset={() => route('/audit')}
        />
      )}
    </div>
  );
}
