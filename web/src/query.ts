/** Parameters of a request. Lists are joined by commas; what is undefined or empty is left out. */
export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** `?a=1&b=x,y`, in the order given; empty where there is nothing. */
export function queryString(query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    const text = typeof value === 'object' ? value.join(',') : String(value ?? '');
    if (text !== '') parameters.set(name, text);
  }
  // Commas are legal in a query, and addresses that people share are to be read by them.
  const text = parameters.toString().replaceAll('%2C', ',');
  return text === '' ? '' : `?${text}`;
}

/** The cursor in `Link: <…?cursor=…>; rel="next"`. */
export function nextCursor(link: string | null): string | undefined {
  const address = link?.match(/<([^>]*)>\s*;\s*rel="?next"?/)?.[1];
  if (address === undefined) return undefined;
  return new URL(address, 'https://api.invalid').searchParams.get('cursor') ?? undefined;
}
