import { LocationProvider, Route, Router } from 'preact-iso';
import { Audit } from './audit/audit.tsx';
import { Overview } from './overview/overview.tsx';
import { Rollout } from './rollout/rollout.tsx';
import { token } from './session.ts';
import { Header } from './shell/header.tsx';
import { NotFound } from './shell/not-found.tsx';
import { PollerBanner } from './shell/poller-banner.tsx';
import { useHealth } from './shell/use-health.ts';
import { SignIn } from './sign-in.tsx';

export function App() {
  return <LocationProvider>{token.value === undefined ? <SignedOut /> : <SignedIn />}</LocationProvider>;
}

function SignedOut() {
  return (
    <>
      <Header signedIn={false} />
      <main id="main" tabIndex={-1}>
        <SignIn />
      </main>
    </>
  );
}

function SignedIn() {
  useHealth();
  return (
    <>
      <Header signedIn />
      <PollerBanner />
      <main id="main" tabIndex={-1}>
        <Router>
          <Route path="/" component={Overview} />
          <Route path="/tasks/:id" component={Rollout} />
          <Route path="/audit" component={Audit} />
          <Route default component={NotFound} />
        </Router>
      </main>
    </>
  );
}
