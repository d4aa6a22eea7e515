/** The console without its pages: rail, header, the login over it, and the page that the address names. */
import { Suspense, useEffect, useMemo, useState } from 'react';
import { Redirect, Route, Router, Switch } from 'wouter';
import { useHashLocation, useHashSearch } from '../location/hash-location.ts';
import type { PageEntry } from '../page-entry.ts';
import { pages } from '../page-list.ts';
import { Empty, PageFrame } from '../parts/page-frame.tsx';
import { Toasts } from '../parts/toasts.tsx';
import { session } from '../session/gate.ts';
import { LoginDialog } from '../session/login-dialog.tsx';
import { isAllowed, useViewer, ViewerGate } from '../session/viewer.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { Palette } from './palette.tsx';
import { Rail } from './rail.tsx';
import { TopBar } from './top-bar.tsx';

export function ConsoleApp() {
  useEffect(() => {
    const touch = (): void => session.touch();
    addEventListener('pointerdown', touch);
    addEventListener('keydown', touch);
    return () => {
      removeEventListener('pointerdown', touch);
      removeEventListener('keydown', touch);
    };
  }, []);

  return (
    <Router hook={useHashLocation} searchHook={useHashSearch}>
      <LoginDialog />
      <ViewerGate>
        <Shell />
      </ViewerGate>
      <Toasts />
    </Router>
  );
}

function Shell() {
  const viewer = useViewer();
  const [isFinding, setFinding] = useState(false);
  const shown = useMemo(() => pages.filter(({ scopes }) => isAllowed(viewer, scopes)), [viewer]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      setFinding(true);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);

  return (
    <div className="shell">
      <button type="button" className="skip" onClick={() => document.querySelector<HTMLElement>('#main')?.focus()}>
        Skip to the page
      </button>
      <Rail pages={shown} hidden={pages.filter((page) => !shown.includes(page))} />
      <TopBar onFind={() => setFinding(true)} />
      <main id="main" tabIndex={-1}>
        <Switch>
          {shown.map((page) => (
            <Route key={page.path} path={page.path}>
              <Opened page={page} />
            </Route>
          ))}
          <Route path="/">
            {shown[0] === undefined ? <Elsewhere title="There is no page for your key" /> : <Redirect to={shown[0].path} replace />}
          </Route>
          <Route>
            <Elsewhere title="There is no such page" />
          </Route>
        </Switch>
      </main>
      <Palette isOpen={isFinding} onClose={() => setFinding(false)} pages={shown} />
    </div>
  );
}

function Opened({ page: { path, Component } }: { readonly page: PageEntry }) {
  return (
    <ErrorBoundary key={path}>
      <Suspense fallback={<p className="opening">Opening…</p>}>
        <Component />
      </Suspense>
    </ErrorBoundary>
  );
}

function Elsewhere({ title }: { readonly title: string }) {
  return (
    <PageFrame title={title} about="The rail has the pages that your key may see.">
      <Empty title="Nothing to show here.">
        <p>Pages that you may not see are named below the rail, each with the scope that it needs.</p>
      </Empty>
    </PageFrame>
  );
}
