import { useEffect, useRef } from 'preact/hooks';
import { LocationProvider, Route, Router, useLocation } from 'preact-iso';
import { Audit } from './audit/audit.tsx';
import { Overview } from './overview/overview.tsx';
import { Rollout } from './rollout/rollout.tsx';
import { token } from './session.ts';
import { Boundary } from './shell/boundary.tsx';
import { Header } from './shell/header.tsx';
import { NotFound } from './shell/not-found.tsx';
import { PollerBanner } from './shell/poller-banner.tsx';
import { useHealth } from './shell/use-health.ts';
import { SignIn } from './sign-in.tsx';

export function App() {
  const isSignedIn = token.value !== undefined;
  const wasSignedIn = useRef(isSignedIn);
  useEffect(() => {
    if (isSignedIn && !wasSignedIn.current) toContent();
    wasSignedIn.current = isSignedIn;
  }, [isSignedIn]);
  return <LocationProvider>{isSignedIn ? <SignedIn /> : <SignIn />}</LocationProvider>;
}

function SignedIn() {
  useHealth();
  return (
    <>
      <Header />
      <main id="main" tabIndex={-1}>
        <PollerBanner />
        <Views />
      </main>
    </>
  );
}

/** The path can be anything that people type; the router throws at what cannot be decoded. */
function Views() {
  const { path } = useLocation();
  if (!isDecodable(path)) return <NotFound />;
  return (
    <Boundary path={path}>
      <Router onRouteChange={toContent}>
        <Route path="/" component={Overview} />
        <Route path="/tasks/:id" component={Rollout} />
        <Route path="/audit" component={Audit} />
        <Route default component={NotFound} />
      </Router>
    </Boundary>
  );
}

/** Who does not see the page hears that there is another one, and goes on from its beginning. */
function toContent(): void {
  document.getElementById('main')?.focus({ preventScroll: true });
}

function isDecodable(path: string): boolean {
  try {
    return decodeURIComponent(path) !== '';
  } catch {
    return false;
  }
}
