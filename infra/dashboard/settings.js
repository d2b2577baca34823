import { apiSettingsOf } from '../api/settings.js';
import { choiceOf, listOf, refuse, textOf } from '../parameters.js';

/**
 * What the parameters say of the dashboard; undefined where it is off.
 *
 * @throws where they do not go together
 */
export async function dashboardSettingsOf(serverless) {
  const { auth, issuer } = await apiSettingsOf(serverless);
  if ((await choiceOf(serverless, 'dashboard', ['off', 'on'])) === 'off') return undefined;
  if (auth !== 'jwt') refuse(`The parameter "dashboard" is "on": that needs "api" to be jwt, not ${auth}`);
  const clientId = await textOf(serverless, 'dashboardClientId');
  if (clientId === '') refuse('The parameter "dashboard" is "on": that needs "dashboardClientId"');
  const others = await listOf(serverless, 'dashboardSignInOrigins');
  return {
    signIn: { issuer, clientId, scopes: await textOf(serverless, 'dashboardScopes') },
    signInOrigins: [...new Set([new URL(issuer).origin, ...others.map(originOf)])],
    ...(await domainOf(serverless)),
  };
}

/** It becomes a part of the Content-Security-Policy. */
function originOf(text) {
  if (URL.canParse(text) && new URL(text).origin === text && text.startsWith('https://')) return text;
  return refuse(
    `The parameter "dashboardSignInOrigins" has "${text}": it takes origins, for example https://id.example.com`,
  );
}

async function domainOf(serverless) {
  const domain = await textOf(serverless, 'dashboardDomain');
  const certificateArn = await textOf(serverless, 'dashboardCertificateArn');
  if (domain === '' && certificateArn === '') return {};
  if (domain === '' || certificateArn === '')
    refuse('The parameters "dashboardDomain" and "dashboardCertificateArn" go together');
  if (!/^[a-z\d-]+(\.[a-z\d-]+)+$/.test(domain))
    refuse(`The parameter "dashboardDomain" is "${domain}": it has to be the name of a host`);
  if (!/^arn:[\w-]+:acm:us-east-1:/.test(certificateArn))
    refuse('The parameter "dashboardCertificateArn" has to be of us-east-1: CloudFront takes no other');
  return { domain, certificateArn };
}
