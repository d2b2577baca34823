import { type Fleet, rhythmOf, roundOf, sweepsEach } from './fleet.ts';
import { type ChangedTask, type PollFacts, type Requests, requestsOf } from './requests.ts';
import { trafficOf } from './usage.ts';

/** Requests of one round in which nothing has changed, of one in which as much has as usual, and of all rounds of a month. */
export interface RequestCounts {
  readonly quiet: Requests;
  readonly usual: Requests;
  /** Tasks in which something differs in a usual round that finds any. */
  readonly usualChanges: number;
  readonly month: Requests;
}

/** Other counts make a row, and with milestones few of them an event. */
const PROGRESSED: ChangedTask = { rows: 1, published: 0 };
const PUBLISHED: ChangedTask = { rows: 1, published: 1 };

/** The requests behind an estimate. */
export function countsOf(fleet: Fleet): RequestCounts {
  const { looks, changed, begun } = roundOf(fleet);
  const { rounds, invocations } = rhythmOf(fleet);
  const differing = changed + 2 * begun;
  const usualChanges = differing === 0 ? 0 : Math.max(1, Math.round(differing));
  const kind = fleet.progressEvents === 'all' ? PUBLISHED : PROGRESSED;
  const facts: PollFacts = { listed: fleet.tasks, looks: Math.round(looks), changed: [] };
  const quiet = requestsOf(facts);
  const usual = requestsOf({
    ...facts,
    changed: Array.from({ length: usualChanges }, () => kind),
  });
  const share = Math.min(1, differing);
  const mean = mixed(quiet, usual, rounds, share);
  const { notes, events } = trafficOf(fleet);
  // Events are few where milestones only are told, and go alone.
  const alone = fleet.progressEvents === 'all' ? mean.PutEvents : Math.round(events);
  const ListOtaTasks = Math.round(quiet.ListOtaTasks * invocations * sweepsEach(fleet));
  const month = { ...mean, ListOtaTasks, PutItem: mean.PutItem + Math.round(notes), PutEvents: alone };
  return { quiet, usual, usualChanges, month };
}

function mixed(quiet: Requests, usual: Requests, rounds: number, share: number): Requests {
  const of = (operation: keyof Requests) =>
    Math.round(rounds * ((1 - share) * quiet[operation] + share * usual[operation]));
  return {
    ListOtaTasks: of('ListOtaTasks'),
    GetOtaTask: of('GetOtaTask'),
    GetItem: of('GetItem'),
    Query: of('Query'),
    BatchExecuteStatement: of('BatchExecuteStatement'),
    PutItem: of('PutItem'),
    PutEvents: of('PutEvents'),
  };
}
