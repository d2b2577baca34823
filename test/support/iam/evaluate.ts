import { conditionsHold, type RequestContext } from './conditions.ts';
import { matches } from './patterns.ts';
import type { IdentityStatement, ResourceStatement } from './policy.ts';

/** Who asks: a role or user of the same account by what its policies state, or a service of AWS. */
export type Caller = { readonly statements: readonly IdentityStatement[] } | { readonly service: string };

export interface AccessRequest {
  readonly caller: Caller;
  /** `service:Action` */
  readonly action: string;
  /** An ARN; `*` for an action that takes no resource. */
  readonly resource: string;
  readonly context?: RequestContext;
}

/**
 * What IAM decides within one account (IAM user guide, "Policy evaluation logic"): a deny anywhere wins, then an allow of the caller's
 * policies or of the resource's is enough. Of permissions boundaries, session policies and those of an organization it knows nothing.
 *
 * @throws PolicyError where a policy has what it does not know
 */
export function isAllowed(request: AccessRequest, ofResources: readonly ResourceStatement[]): boolean {
  const { caller } = request;
  const own = 'statements' in caller ? caller.statements : [];
  const others = ofResources.filter(({ Principal }) =>
    Principal.anyone ? true : 'service' in caller && Principal.services.includes(caller.service),
  );
  const effects = [...own, ...others]
    .filter((statement) => applies(statement, request))
    .map(({ Effect }) => Effect);
  return effects.includes('Allow') && !effects.includes('Deny');
}

/** Conditions are looked at whatever the rest says, so that one that is not known is always noticed. */
function applies(statement: IdentityStatement, { action, resource, context = {} }: AccessRequest): boolean {
  const isNamed = (patterns: readonly string[]) =>
    patterns.map((pattern) => matches(pattern, action, 'i')).some(Boolean);
  const { Action, NotAction = [], Resource, Condition } = statement;
  const concernsAction = Action === undefined ? !isNamed(NotAction) : isNamed(Action);
  const concernsResource = Resource.map((pattern) => matches(pattern, resource)).some(Boolean);
  return [conditionsHold(Condition, context), concernsAction, concernsResource].every(Boolean);
}
