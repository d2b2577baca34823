import type { ComponentChildren } from 'preact';
import type { OpenBreach, Task } from '../../../lib/api/generated/api.ts';
import { breachNumbers } from '../breach.ts';
import { count, percent } from '../format.ts';
import { queryString } from '../query.ts';
import { THING_STATES } from '../thing-states.ts';
import { Instant } from '../ui/instant.tsx';
import { SeverityBadge } from '../ui/severity-badge.tsx';
import { COLUMN_COUNT } from './columns.ts';
import './row-details.css';

/** The exact numbers of a rollout, beneath its row. */
export function RowDetails({ task }: { task: Task }) {
  return (
    <tr class="fleet-details">
      <td colSpan={COLUMN_COUNT}>
        <div class="fleet-details-grid">
          <section>
            <h2>Open breaches</h2>
            {task.breaches.length === 0 ? <p class="soft">None</p> : <BreachList breaches={task.breaches} />}
          </section>
          <section>
            <h2>Things by state</h2>
            <ThingList task={task} />
          </section>
          <section>
            <h2>Facts</h2>
            <Facts task={task} />
          </section>
        </div>
      </td>
    </tr>
  );
}

function BreachList({ breaches }: { breaches: readonly OpenBreach[] }) {
  return (
    <ul class="breach-list">
      {breaches.map((breach) => (
        <li key={breach.rule}>
          <SeverityBadge severity={breach.severity} />
          <span>
            <code>{breach.rule}</code> {breach.muted && <span class="flag">muted</span>}
            <span class="below">{breachNumbers(breach)}</span>
            <span class="below">
              since <Instant at={breach.since} />
            </span>
          </span>
        </li>
      ))}
    </ul>
  );
}

function ThingList({ task: { counts } }: { task: Task }) {
  return (
    <dl class="thing-list">
      {THING_STATES.map(({ state, name }) => (
        <div key={state} class={counts[state] === 0 ? 'nothing' : undefined}>
          <dt>
            <span class={`swatch share-${state}`} /> {name}
          </dt>
          <dd>{count(counts[state])}</dd>
          <dd class="soft">{shareOf(counts[state], counts.total)}</dd>
        </div>
      ))}
    </dl>
  );
}

function shareOf(things: number, total: number): string {
  return total === 0 ? '' : percent((things * 100) / total);
}

function Facts({ task }: { task: Task }) {
  return (
    <dl class="fleet-facts">
      <Fact name="Task">
        <code>{task.taskId}</code>
      </Fact>
      {task.configurationId !== undefined && (
        <Fact name="Configuration">
          <a
            href={`/${queryString({ configurationId: task.configurationId })}`}
            title="All rollouts of this configuration"
          >
            <code>{task.configurationId}</code>
          </a>
        </Fact>
      )}
      {task.otaType !== undefined && <Fact name="Type">{task.otaType}</Fact>}
      <When name="Tracked since" at={task.trackedSince} />
      <When name="Starts" at={task.startTime} />
      <When name="Must end by" at={task.endTime} />
      <When name="Last updated" at={task.lastUpdatedAt} />
      <When name="Unreadable since" at={task.unreadableSince} />
      <When name="Ended" at={task.endedAt} />
    </dl>
  );
}

function When({ name, at }: { name: string; at: string | undefined }) {
  if (at === undefined) return null;
  return (
    <Fact name={name}>
      <Instant at={at} />
    </Fact>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
