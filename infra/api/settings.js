import { choiceOf, listOf, refuse, textOf } from '../parameters.js';

/**
 * What the parameters say of the API and the dashboard: `{ auth: 'off' | 'jwt' | 'iam', … }`.
 *
 * @throws where they do not go together
 */
export async function apiSettingsOf(serverless) {
  const auth = await choiceOf(serverless, 'api', ['off', 'jwt', 'iam']);
  const issuer = await textOf(serverless, 'apiIssuer');
  const audience = await listOf(serverless, 'apiAudience');
  if (auth === 'jwt') {
    if (issuer === '' || audience.length === 0)
      refuse('The parameter "api" is "jwt": that needs "apiIssuer" and "apiAudience"');
    if (!isIssuer(issuer))
      refuse(
        `The parameter "apiIssuer" is "${issuer}": it has to be the https URL that tokens name as "iss"`,
      );
  }
  return { auth, issuer, audience, localCursorKey: await textOf(serverless, 'localCursorKey') };
}

/** HTTP is for this machine only. */
function isIssuer(text) {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, search, hash } = new URL(text);
  return (
    search === '' &&
    hash === '' &&
    (protocol === 'https:' || (protocol === 'http:' && hostname === '127.0.0.1'))
  );
}
