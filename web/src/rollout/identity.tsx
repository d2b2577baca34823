import type { Configuration, TaskDetail } from '../../../lib/api/generated/api.ts';
import { count, duration } from '../format.ts';
import { Copy } from '../ui/copy.tsx';
import { Instant } from '../ui/instant.tsx';
import { criterionWords } from './chart/limits.ts';

/** What a task runs by, and where it is. */
export function Identity({ detail }: { detail: TaskDetail }) {
  const { configuration, taskArn, accountId, region, task } = detail;
  return (
    <section class="card identity" aria-labelledby="identity">
      <h2 id="identity">Configuration and place</h2>
      {configuration && <Criteria configuration={configuration} />}
      <dl class="facts">
        {task.otaType !== undefined && (
          <div>
            <dt>Type</dt>
            <dd>{task.otaType.toLowerCase().replaceAll('_', ' ')}</dd>
          </div>
        )}
        {configuration?.maximumPerMinute !== undefined && (
          <div>
            <dt>Maximum rate</dt>
            <dd>{count(configuration.maximumPerMinute)} things/min</dd>
          </div>
        )}
        {configuration?.basePerMinute !== undefined && (
          <div>
            <dt>Base rate</dt>
            <dd>{count(configuration.basePerMinute)} things/min</dd>
          </div>
        )}
        {configuration?.inProgressTimeoutMinutes !== undefined && (
          <div>
            <dt>A thing times out after</dt>
            <dd>{duration(configuration.inProgressTimeoutMinutes * 60_000)}</dd>
          </div>
        )}
        {accountId !== undefined && (
          <div>
            <dt>Account</dt>
            <dd>
              <code>{accountId}</code>
            </dd>
          </div>
        )}
        {region !== undefined && (
          <div>
            <dt>Region</dt>
            <dd>
              <code>{region}</code>
            </dd>
          </div>
        )}
        {task.lastUpdatedAt !== undefined && (
          <div>
            <dt>Updated, as the service says</dt>
            <dd>
              <Instant at={task.lastUpdatedAt} />
            </dd>
          </div>
        )}
        {taskArn !== undefined && (
          <div class="fact-wide">
            <dt>ARN</dt>
            <dd>
              <code class="hash">{taskArn}</code> <Copy text={taskArn} label="the ARN" />
            </dd>
          </div>
        )}
      </dl>
    </section>
  );
}

function Criteria({ configuration: { criteria } }: { configuration: Configuration }) {
  if (criteria.length === 0) return <p class="soft">It has no abort criteria.</p>;
  return (
    <>
      <p>AWS cancels the rollout at</p>
      <ul class="criteria">
        {criteria.map((criterion) => (
          <li key={criterion.failureType}>{criterionWords(criterion)}</li>
        ))}
      </ul>
    </>
  );
}
