/** Who is logged in, how the console looks, and the way out: a disclosure that closes at Escape and when the focus or a click leaves it. */
import { useEffect, useRef } from 'react';
import { Icon } from '../parts/icon.tsx';
import { session } from '../session/gate.ts';
import { useViewer } from '../session/viewer.tsx';
import { setTheme, type Theme, themes, useTheme } from './theme.ts';

const names: Readonly<Record<Theme, string>> = { system: 'As the system', light: 'Light', dark: 'Dark' };

export function AccountMenu() {
  const { principal, team } = useViewer();
  const theme = useTheme();
  const box = useRef<HTMLDetailsElement>(null);

  useEffect(() => {
    const close = (event: Event): void => {
      const element = box.current;
      if (element !== null && !(event.target instanceof Node && element.contains(event.target))) element.open = false;
    };
    addEventListener('pointerdown', close);
    addEventListener('focusin', close);
    return () => {
      removeEventListener('pointerdown', close);
      removeEventListener('focusin', close);
    };
  }, []);

  return (
    <details
      className="account"
      ref={box}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || box.current === null) return;
        box.current.open = false;
        box.current.querySelector('summary')?.focus();
      }}
    >
      <summary aria-label={`You and this console: ${team ?? principal}`}>
        <Icon d="M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4 21a8 7 0 0 1 16 0" />
        <span>{team ?? principal}</span>
      </summary>
      <div className="menu stack">
        <p className="hint">
          {principal}
          {team !== null && <> of the team {team}</>}
        </p>
        <fieldset className="checks">
          <legend>Colours</legend>
          {themes.map((one) => (
            <label key={one}>
              <input type="radio" name="theme" checked={one === theme} onChange={() => setTheme(one)} />
              {names[one]}
            </label>
          ))}
        </fieldset>
        <button type="button" onClick={() => void session.logOut()}>
          Log out
        </button>
      </div>
    </details>
  );
}
