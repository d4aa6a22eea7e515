/**
 * After an upgrade of the gateway an open tab asks for parts of the console that are gone. The page is then loaded anew, once: when that
 * does not mend it, the error boundary says so.
 */
const reloadedAt = 'fieldgate-console:reloaded';
const onceWithinMs = 30_000;

export function reloadWhenStale(): void {
  addEventListener('vite:preloadError', (event) => {
    if (Date.now() - Number(sessionStorage.getItem(reloadedAt) ?? 0) < onceWithinMs) return;
    sessionStorage.setItem(reloadedAt, String(Date.now()));
    event.preventDefault();
    location.reload();
  });
}
