/** When the page read last, and how it reads again: for the header. */
import { useEffect, useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
const refreshers = new Set<() => void>();
let readAt: number | null = null;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export function reportRead(): void {
  readAt = Date.now();
  for (const listener of [...listeners]) listener();
}

/** In milliseconds since 1970; null before the first. */
export const useReadAt = (): number | null => useSyncExternalStore(subscribe, () => readAt);

export const refreshAll = (): void => {
  for (const refresh of [...refreshers]) refresh();
};

/** Calls `refresh` when the reader asks for all of the page anew. */
export function useRefreshAll(refresh: () => void): void {
  useEffect(() => {
    refreshers.add(refresh);
    return () => void refreshers.delete(refresh);
  }, [refresh]);
}
