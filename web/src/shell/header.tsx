import { useLocation } from 'preact-iso';
import { signOut } from '../session.ts';
import { theme, toggleTheme } from '../theme.ts';
import { PollerState } from './poller-state.tsx';
import './header.css';

const VIEWS = [
  { path: '/', name: 'Overview' },
  { path: '/audit', name: 'Audit' },
];

export function Header({ signedIn }: { signedIn: boolean }) {
  return (
    <header class="shell">
      <a class="skip" href="#main">
        To the content
      </a>
      <a class="home" href="/">
        ota-watch
      </a>
      {signedIn && <Views />}
      <div class="shell-end">
        {signedIn && <PollerState />}
        <button type="button" class="quiet" onClick={toggleTheme}>
          {theme.value === 'dark' ? 'Light' : 'Dark'}
        </button>
        {signedIn && (
          <button type="button" class="quiet" onClick={() => void signOut()}>
            Sign out
          </button>
        )}
      </div>
    </header>
  );
}

function Views() {
  const { path } = useLocation();
  return (
    <nav aria-label="Views">
      {VIEWS.map((view) => (
        <a key={view.path} href={view.path} aria-current={path === view.path ? 'page' : undefined}>
          {view.name}
        </a>
      ))}
    </nav>
  );
}
