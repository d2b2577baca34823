import path from 'node:path';

/** Lambda gives a function its credentials in environment variables, which stay the same for as long as the process runs. */
const CODE = `
import { fromEnv } from '@aws-sdk/credential-provider-env';
export const defaultProvider = (init) => {
  const provide = fromEnv(init);
  let credentials;
  return () => (credentials ??= provide());
};
`;

/**
 * Bundles the SDK's clients with the one way to credentials that there is in Lambda. The whole chain (profiles, SSO, web
 * identities, instance metadata, with the clients of three more services) is a fifth of a bundle.
 */
export const lambdaCredentials = {
  name: 'lambda-credentials',
  setup({ onLoad }) {
    onLoad({ filter: /[/\\]@aws-sdk[/\\]credential-provider-node[/\\].*[/\\]index\.js$/ }, (file) => ({
      contents: CODE,
      loader: 'js',
      resolveDir: path.dirname(file.path),
    }));
  },
};
