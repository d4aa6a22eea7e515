/** The one client of the tab: every page asks through it, and all streams share its WebSocket. */
import { useSyncExternalStore } from 'react';
import { type Client, createClient } from '../../client/create-client.ts';
import { RequestError } from '../../client/transport/request-error.ts';
import { type ConsoleSession, openSession, type SessionStatus } from './console-session.ts';
import { forgetTab, leaveTab } from './forget-tab.ts';
import { ConsoleViewerDocument, LeaveConsoleDocument, OpenConsoleDocument } from './session.generated.ts';

/** The gateway stands beside the console, below whatever path a proxy gives it. */
const url = new URL('../graphql', document.baseURI).href;
/** By which `aiUsage` tells what the console itself asks for. */
const clientName = 'fieldgate-console';

/** Asks once with another key or token than that of the session. */
export const gateWith = (token: string | null): Client => createClient({ url, token, clientName });

forgetTab(sessionStorage);

export const session: ConsoleSession = openSession({
  async exchange(key) {
    const { data } = await gateWith(key).query(OpenConsoleDocument, {});
    return data.createAiToken;
  },
  async isAccepted({ secret }) {
    try {
      await gateWith(secret).query(ConsoleViewerDocument, {});
      return true;
    } catch (error) {
      return !(error instanceof RequestError && error.code === 'UNAUTHENTICATED');
    }
  },
  async revoke({ id, secret }) {
    await gateWith(secret).query(LeaveConsoleDocument, { id });
  },
  leave() {
    leaveTab(sessionStorage);
    history.replaceState(null, '', '#/');
    location.reload();
  },
  storage: sessionStorage,
  tabs:
    typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(`fieldgate-console:${new URL('.', document.baseURI).pathname}`),
});

export const gate: Client = createClient({ url, clientName, token: () => session.token() });

export const useSession = (): SessionStatus => useSyncExternalStore(session.subscribe, session.snapshot);

/**
 * `fieldgate serve` prints an address with a key on the developer's own machine: `…/console/#key=fg_…`. The key is read once, and wiped
 * out of the address before anything else happens. Elsewhere it is wiped and not used.
 */
export async function logInByAddress(): Promise<void> {
  const [, key] = /^#key=(fg_\w+)$/.exec(location.hash) ?? [];
  if (!location.hash.startsWith('#key=')) return;
  history.replaceState(null, '', '#/');
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(location.hostname);
  if (key !== undefined && isHere) await session.logIn(key).catch(() => {});
}
