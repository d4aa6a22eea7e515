/**
 * Where the console is: a path and a query, both behind the `#`, so that it works below any path of any proxy and sends neither of them
 * to the server. wouter's own hook for hashes writes the query in front of the `#`.
 */
import { useSyncExternalStore } from 'react';

const current = (): string => decodedHash(location.hash);

/** Browsers differ in what they encode in `location.hash`; the query keeps its encoding. */
const decodedHash = (hash: string): string => (hash.startsWith('#/') ? hash.slice(1) : '/');
const pathIn = (place: string): string => place.split('?', 1)[0] ?? '/';
const searchIn = (place: string): string => place.slice(pathIn(place).length + 1);

function subscribe(listener: () => void): () => void {
  addEventListener('hashchange', listener);
  addEventListener('popstate', listener);
  return () => {
    removeEventListener('hashchange', listener);
    removeEventListener('popstate', listener);
  };
}

/** Goes to a path with its query, such as `/keys?team=search`. */
export function navigate(to: string, { replace = false }: { readonly replace?: boolean } = {}): void {
  if (to === current()) return;
  const from = location.href;
  history[replace ? 'replaceState' : 'pushState'](null, '', `#${to}`);
  dispatchEvent(new HashChangeEvent('hashchange', { oldURL: from, newURL: location.href }));
}

export const readSearch = (): string => searchIn(current());
export const readPath = (): string => pathIn(current());

export const useHashSearch = (): string => useSyncExternalStore(subscribe, readSearch);
export const useHashPath = (): string => useSyncExternalStore(subscribe, readPath);

/** For wouter's `<Router hook searchHook>`. */
export const useHashLocation = (): [string, typeof navigate] => [useHashPath(), navigate];
