/** What callers may do: read, or export too. */
export type Role = 'reader' | 'exporter';

/** Which names in a token stand for which role. */
export interface RoleSettings {
  /** Claim with the names. */
  readonly claim: string;
  readonly reader: string;
  readonly exporter: string;
}

/** How the gateway lets callers in; by `iam`, their policies have decided which routes they may call. */
export type Access = { readonly auth: 'iam' } | { readonly auth: 'jwt'; readonly roles: RoleSettings };

/** What the gateway says of a caller. */
export interface Authorizer {
  readonly jwt?: { readonly claims?: Readonly<Record<string, unknown>> | undefined } | undefined;
  readonly iam?: object | null | undefined;
}

/** The roles of a caller; none where the gateway has not let anybody in. An exporter may read, too. */
export function rolesOf(authorizer: Authorizer | undefined, access: Access): readonly Role[] {
  if (access.auth === 'iam') return authorizer?.iam ? ['reader', 'exporter'] : [];
  const { claim, reader, exporter } = access.roles;
  const claims = authorizer?.jwt?.claims ?? {};
  const names = namesIn(Object.hasOwn(claims, claim) ? claims[claim] : undefined);
  if (names.includes(exporter)) return ['reader', 'exporter'];
  return names.includes(reader) ? ['reader'] : [];
}

/** A list, a text of names with spaces between them, or a list as API Gateway hands it on: `[one two]`. */
function namesIn(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'string') return [];
  const [, list = value] = /^\[(.*)\]$/s.exec(value) ?? [];
  return list.split(/\s+/);
}
