import './styles/tokens.css';
import './styles/base.css';
import './styles/parts.css';
import './styles/shell.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { logInByAddress } from './session/gate.ts';
import { ConsoleApp } from './shell/console-app.tsx';
import { reloadWhenStale } from './shell/stale-build.ts';
import { applyTheme } from './shell/theme.ts';

reloadWhenStale();
applyTheme();
await logInByAddress();
const root = document.querySelector('#root');
if (root !== null)
  createRoot(root).render(
    <StrictMode>
      <ConsoleApp />
    </StrictMode>,
  );
