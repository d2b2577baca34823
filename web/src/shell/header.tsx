import { useLocation } from 'preact-iso';
import { signOut } from '../session.ts';
import { theme, toggleTheme } from '../theme.ts';
import { PollerState } from './poller-state.tsx';
import './header.css';

const VIEWS = [
  { path: '/', name: 'Overview' },
  { path: '/audit', name: 'Audit' },
];

export function Header() {
  const { path } = useLocation();
  const other = theme.value === 'dark' ? 'light' : 'dark';
  return (
    <header class="shell">
      <a class="skip" href="#main">
        To the content
      </a>
      <a class="home" href="/" title="Overview">
        <img src="/icon.svg" alt="" width="22" height="22" />
        ota-watch
      </a>
      <nav aria-label="Views">
        {VIEWS.map((view) => (
          <a key={view.path} href={view.path} aria-current={path === view.path ? 'page' : undefined}>
            {view.name}
          </a>
        ))}
      </nav>
      <div class="shell-end">
        <PollerState />
        <button
          type="button"
          class={`quiet theme-toggle to-${other}`}
          aria-label={`Change to the ${other} theme`}
          title={`Change to the ${other} theme`}
          onClick={toggleTheme}
        />
        <button type="button" class="quiet" onClick={() => void signOut()}>
          Sign out
        </button>
      </div>
    </header>
  );
}
