import type { RuleStanding, TaskDetail } from '../../../../lib/api/generated/api.ts';
import { SeverityBadge } from '../../ui/severity-badge.tsx';
import { inOrder, isFloor, measure, meterOf, partsOf, withInstants } from './meter.ts';
import './rules.css';

/** The rules of a live task, those in trouble first, with the current values against their limits. */
export function Rules({ detail }: { detail: TaskDetail }) {
  const { rules, rulesUnknown, task } = detail;
  return (
    <section class="card rules" aria-labelledby="rules">
      <h2 id="rules">Rules</h2>
      {rulesUnknown !== undefined && (
        <p class="note note-warning">
          The rules cannot be shown now: {rulesUnknown}
          {task.breaches.length > 0 && ' The open breaches are above.'}
        </p>
      )}
      {rules.length > 0 && <Table rules={inOrder(rules)} />}
      {rules.length === 0 && rulesUnknown === undefined && (
        <p class="soft">
          {task.state === 'live'
            ? 'No rule applies to this task.'
            : 'The task is over: its rules say nothing any more.'}
        </p>
      )}
    </section>
  );
}

function Table({ rules }: { rules: readonly RuleStanding[] }) {
  return (
    <table class="rules-table">
      <thead>
        <tr>
          <th scope="col">Rule</th>
          <th scope="col">Now, against its limit</th>
          <th scope="col">Standing</th>
        </tr>
      </thead>
      <tbody>
        {rules.map((rule) => (
          <tr key={rule.id} class={`standing-${rule.standing}`}>
            <th scope="row">
              <SeverityBadge severity={rule.severity} /> <code>{rule.id}</code>
              <p class="soft">{rule.description}</p>
            </th>
            <td>
              <Value rule={rule} />
            </td>
            <td>
              <strong class="standing">{STANDINGS[rule.standing]}</strong>
              <p class="soft">{withInstants(rule.words)}</p>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const STANDINGS = {
  breached: 'Breached',
  holding: 'About to be breached',
  clear: 'Clear',
  silent: 'Silent',
  told: 'Told',
} as const satisfies Record<RuleStanding['standing'], string>;

function Value({ rule }: { rule: RuleStanding }) {
  const meter = meterOf(rule.observed);
  if (meter === undefined) return <span class="soft">no number</span>;
  const { value, limit, unit } = rule.observed;
  return (
    <>
      <p>
        <strong>{measure(value, unit)}</strong>
        {partsOf(rule.observed)}{' '}
        <span class="soft">
          limit {isFloor(rule.kind) ? 'at least ' : ''}
          {measure(limit, unit)}
        </span>
      </p>
      <div class="meter" aria-hidden="true">
        <span class="meter-fill" style={{ width: `${meter.fill * 100}%` }} />
        <span class="meter-limit" style={{ left: `${meter.limit * 100}%` }} />
      </div>
    </>
  );
}
