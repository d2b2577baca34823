import { effect, type Signal, signal } from '@preact/signals';

export type Theme = 'light' | 'dark';

const KEY = 'theme';
const systemIsDark = matchMedia('(prefers-color-scheme: dark)');
const ofSystem = (): Theme => (systemIsDark.matches ? 'dark' : 'light');

/** What is shown. Pictures on a canvas are to be drawn anew when it changes. */
export const theme: Signal<Theme> = signal(ofSystem());

/** Follows the system, until somebody chooses. */
export function startTheme(): void {
  theme.value = chosen() ?? ofSystem();
  effect(() => {
    document.documentElement.dataset.theme = theme.value;
  });
  systemIsDark.addEventListener('change', () => {
    theme.value = chosen() ?? ofSystem();
  });
}

/** To the other one. Who comes back to that of the system follows it again. */
export function toggleTheme(): void {
  theme.value = theme.value === 'dark' ? 'light' : 'dark';
  if (theme.value === ofSystem()) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, theme.value);
}

function chosen(): Theme | undefined {
  const value = localStorage.getItem(KEY);
  return value === 'light' || value === 'dark' ? value : undefined;
}
