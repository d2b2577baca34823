import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { signIn, signInNotice, signInWith, signInWithToken } from './session.ts';
import { useTitle } from './title.ts';
import './sign-in.css';

/** What people see while they are not signed in. */
export function SignIn() {
  useTitle('Sign in');
  return (
    <main class="sign-in">
      <section class="sign-in-card" aria-labelledby="sign-in-heading">
        <img class="sign-in-icon" src="/icon.svg" alt="" width="48" height="48" />
        <h1 id="sign-in-heading">ota-watch</h1>
        <p class="sign-in-what">Over-the-air rollouts as they go, and all that was ever observed of them.</p>
        {signInNotice.value !== undefined && (
          <p class="sign-in-notice" role="alert">
            {signInNotice.value}
          </p>
        )}
        {signInWith.value === 'issuer' ? <AtIssuer /> : <WithToken />}
      </section>
    </main>
  );
}

function AtIssuer() {
  const [leaving, setLeaving] = useState(false);
  // Whoever comes back by the browser's own button finds the page as it was left.
  useEffect(() => {
    const comeBack = () => setLeaving(false);
    window.addEventListener('pageshow', comeBack);
    return () => window.removeEventListener('pageshow', comeBack);
  }, []);
  const leave = async () => {
    setLeaving(true);
    await signIn();
    if (signInNotice.value !== undefined) setLeaving(false);
  };
  return (
    <button type="button" class="sign-in-button" disabled={leaving} onClick={leave}>
      {leaving ? 'Opening the sign-in…' : 'Sign in'}
    </button>
  );
}

function WithToken() {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const submit = (event: Event) => {
    event.preventDefault();
    signInWithToken(field.current?.value ?? '');
    field.current?.focus();
  };
  return (
    <form class="sign-in-form" onSubmit={submit}>
      <label for={id}>Access token</label>
      <input
        id={id}
        ref={field}
        type="password"
        autocomplete="off"
        spellcheck={false}
        required
        aria-describedby={`${id}-help`}
      />
      <p id={`${id}-help`} class="sign-in-help">
        Of the issuer that this deployment trusts. It stays in this tab, and is gone when the tab is closed.
      </p>
      <button type="submit" class="sign-in-button">
        Sign in
      </button>
    </form>
  );
}
