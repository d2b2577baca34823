import { render } from 'preact';
import { setApiAddress } from './api.ts';
import { App } from './app.tsx';
import { startClock } from './clock.ts';
import { loadConfig } from './config.ts';
import { refreshEvery } from './live.ts';
import { startSession } from './session.ts';
import { startTheme } from './theme.ts';
import { Problem } from './ui/problem.tsx';

async function start(root: HTMLElement): Promise<void> {
  try {
    straightenAddress();
    startTheme();
    startClock();
    const config = await loadConfig();
    setApiAddress(config.api);
    if (config.refreshSeconds !== undefined) refreshEvery(config.refreshSeconds * 1_000);
    await startSession(config);
    render(<App />, root);
  } catch (error) {
    render(
      <main>
        <Problem
          error={error instanceof Error ? error : new Error(String(error))}
          retry={() => location.reload()}
        />
      </main>,
      root,
    );
  }
}

/** `//elsewhere` would be taken for the address of another host, as a link and as the page to come back to. */
function straightenAddress(): void {
  const { origin, pathname, search, hash } = location;
  if (pathname.startsWith('//'))
    history.replaceState(null, '', `${origin}${pathname.replace(/^\/+/, '/')}${search}${hash}`);
}

const root = document.getElementById('app');
if (root !== null) void start(root);
