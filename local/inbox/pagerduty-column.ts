import type { Change, Incident, LogEntry } from '../pagerduty/incidents.ts';
import { externalLink, type Html, html, type Insertable } from './html.ts';
import { type Reader, shortTime } from './times.ts';

/** Deeper than any details of an alert are nested. */
const MAX_DEPTH = 4;

/** Renders incidents, those that are open first, and change events; the newest first. */
export function renderPagerDuty(
  incidents: readonly Incident[],
  changes: readonly Change[],
  reader: Reader,
): Html {
  const newestFirst = incidents.toSorted((a, b) => b.openedAt - a.openedAt);
  const { triggered = [], resolved = [] } = Object.groupBy(newestFirst, ({ status }) => status);
  const newestChanges = changes.toSorted((a, b) => b.at - a.at);
  return html`
    <section aria-labelledby="open-incidents">
      ${heading('open-incidents', 'Open incidents', triggered)}
      ${triggered.length === 0 && html`<p class="empty">Nobody is paged.</p>`}
      ${triggered.map((incident) => renderIncident(incident, reader))}
    </section>
    <section aria-labelledby="resolved-incidents">
      ${heading('resolved-incidents', 'Resolved incidents', resolved)}
      ${resolved.map((incident) => renderIncident(incident, reader))}
    </section>
    <section aria-labelledby="change-events">
      ${heading('change-events', 'Change events', changes)}
      <ol class="timeline">${newestChanges.map((change) => renderChange(change, reader))}</ol>
    </section>`;
}

function heading(id: string, text: string, { length }: readonly unknown[]): Html {
  return html`<h3 id="${id}">${text} <span class="number">${length}</span></h3>`;
}

function renderIncident(incident: Incident, reader: Reader): Html {
  const { service, dedupKey, status, severity, summary, source, openedAt, customDetails, links, log } =
    incident;
  const id = encodeURIComponent(`${service} ${dedupKey} ${openedAt}`);
  return html`<article class="incident ${status}" id="incident-${id}">
    <p class="badges"><span class="status">${status}</span> <span class="severity ${severity}">${severity}</span>
      <span class="service">${service}</span> ${shortTime(openedAt, reader)}</p>
    <h4>${summary}</h4>
    ${renderLinks(links)}
    <details id="details-${id}">
      <summary class="more">Details and log</summary>
      <dl class="facts">
        <dt>source</dt><dd>${source}</dd>
        <dt>dedup_key</dt><dd><code>${dedupKey}</code></dd>
      </dl>
      <h5>Custom details</h5>
      ${renderDetails(customDetails, 0)}
      <h5>Log</h5>
      <ol class="log">${log.map((entry) => renderLogEntry(entry, reader))}</ol>
    </details>
  </article>`;
}

function renderLogEntry({ action, at, summary }: LogEntry, reader: Reader): Html {
  return html`<li class="${action}">${shortTime(at, reader)} <b>${action}</b> ${summary}</li>`;
}

function renderLinks(links: Incident['links']): Html | false {
  if (links.length === 0) return false;
  return html`<ul class="links">${links.map(({ href, text }) => html`<li>${externalLink(href, text)}</li>`)}</ul>`;
}

/** Renders a value of JSON; as JSON what lies too deep. */
function renderDetails(value: unknown, depth: number): Insertable {
  if (typeof value !== 'object' || value === null) return String(value);
  if (depth >= MAX_DEPTH) return html`<code>${JSON.stringify(value)}</code>`;
  if (Array.isArray(value))
    return html`<ul>${value.map((item) => html`<li>${renderDetails(item, depth + 1)}</li>`)}</ul>`;
  const facts = Object.entries(value).map(
    ([key, item]) => html`<dt>${key}</dt><dd>${renderDetails(item, depth + 1)}</dd>`,
  );
  return html`<dl class="facts">${facts}</dl>`;
}

function renderChange({ summary, service, at, links }: Change, reader: Reader): Html {
  return html`<li><p>${summary}</p>
    <p class="meta"><span class="service">${service}</span> ${shortTime(at, reader)}</p>${renderLinks(links)}</li>`;
}
