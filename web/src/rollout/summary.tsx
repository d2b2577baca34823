import type { ComponentChildren } from 'preact';
import type { OpenBreach, Task, TaskDetail } from '../../../lib/api/generated/api.ts';
import { breachNumbers } from '../breach.ts';
import { percent, rate } from '../format.ts';
import { Copy } from '../ui/copy.tsx';
import { CountsBar } from '../ui/counts-bar.tsx';
import { Instant } from '../ui/instant.tsx';
import { SeverityBadge } from '../ui/severity-badge.tsx';
import { StatusBadge } from '../ui/status-badge.tsx';
import { CountsLegend } from './counts-legend.tsx';
import { causeWords, endBehaviorWords, stoppedWords } from './words.ts';
import './summary.css';

/** Which rollout it is, how it stands, and what is wrong with it. */
export function Summary({ detail }: { detail: TaskDetail }) {
  const { task } = detail;
  const cause = causeWords(detail);
  return (
    <section class="card summary" aria-labelledby="rollout-title">
      <header>
        <div>
          <h1 id="rollout-title">{task.description ?? task.taskId}</h1>
          <p class="soft">
            <code>{task.taskId}</code> <Copy text={task.taskId} label="the task id" />
          </p>
        </div>
        <p class="summary-badges">
          <StatusBadge status={task.status} />
          {task.worstSeverity !== undefined && <SeverityBadge severity={task.worstSeverity} />}
        </p>
      </header>
      {cause !== undefined && <p class="note note-bad">{cause}</p>}
      <Notes task={task} />
      {task.breaches.length > 0 && <Breaches breaches={task.breaches} />}
      <CountsBar counts={task.counts} />
      {task.counts.total > 0 ? <CountsLegend counts={task.counts} /> : <p class="soft">It has no things.</p>}
      <Facts detail={detail} />
    </section>
  );
}

function Notes({ task }: { task: Task }) {
  const stopped = stoppedWords(task);
  return (
    <>
      {task.unreadableSince !== undefined && (
        <p class="note note-warning">
          The service has not answered for this task since <Instant at={task.unreadableSince} /> (
          <Instant at={task.unreadableSince} relative />
          ): what is shown is older.
        </p>
      )}
      {task.state === 'ended' && (
        <p class="note">
          It is no longer tracked
          {task.endedAt !== undefined && (
            <>
              {' '}
              since <Instant at={task.endedAt} />
            </>
          )}
          . {stopped}
        </p>
      )}
      {task.state === 'past' && (
        <p class="note">
          This task is over for more than a week: what is shown comes from its history alone. {stopped}
        </p>
      )}
    </>
  );
}

function Breaches({ breaches }: { breaches: readonly OpenBreach[] }) {
  return (
    <div class="open-breaches">
      <h2>Open breaches</h2>
      <ul>
        {breaches.map((breach) => {
          const { rule, severity, since, muted } = breach;
          return (
            <li key={rule} class={`severity-${severity}`}>
              <SeverityBadge severity={severity} /> <code>{rule}</code>
              <span>
                since <Instant at={since} /> (<Instant at={since} relative />)
              </span>
              <span class="soft">
                with {breachNumbers(breach)}
                {muted === true && ' · muted: in the history only'}
              </span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function Fact({
  name,
  wide = false,
  children,
}: {
  name: string;
  wide?: boolean;
  children: ComponentChildren;
}) {
  return (
    <div class={wide ? 'fact-wide' : undefined}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function At({ at }: { at: string }) {
  return (
    <>
      <Instant at={at} />
      <span class="soft">
        {' '}
        <Instant at={at} relative />
      </span>
    </>
  );
}

function Facts({ detail: { task, endBehavior } }: { detail: TaskDetail }) {
  const ending = endBehaviorWords(endBehavior);
  return (
    <dl class="facts">
      {task.percentComplete !== undefined && <Fact name="Finished">{percent(task.percentComplete)}</Fact>}
      {task.ratePerMinute !== undefined && <Fact name="Rate">{rate(task.ratePerMinute)}</Fact>}
      {task.estimatedEndAt !== undefined && (
        <Fact name="Estimated end">
          <At at={task.estimatedEndAt} />
        </Fact>
      )}
      {task.trackedSince !== undefined && (
        <Fact name="Tracked since">
          <At at={task.trackedSince} />
        </Fact>
      )}
      {task.endedAt !== undefined && (
        <Fact name="Ended">
          <At at={task.endedAt} />
        </Fact>
      )}
      {task.startTime !== undefined && (
        <Fact name="Scheduled start">
          <Instant at={task.startTime} />
        </Fact>
      )}
      {task.endTime !== undefined && (
        <Fact name="Scheduled end">
          <Instant at={task.endTime} />
          {ending !== undefined && <span class="soft"> {ending}</span>}
        </Fact>
      )}
      {task.configurationId !== undefined && (
        <Fact name="Configuration">
          <code>{task.configurationId}</code>
        </Fact>
      )}
    </dl>
  );
}
