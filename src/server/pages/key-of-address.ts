/**
 * GraphiQL on this machine asks with the key in its address (`/graphql#key=fg_…`), which `fieldgate serve` prints in development.
 *
 * The page itself has no key: other users of the machine, pages of other origins, and names that were pointed here (DNS rebinding) can
 * read it. A browser does not send what follows `#`. The script takes it out of the address, keeps it for the tab, and sends it with
 * requests that have no key of their own, until the gateway refuses it.
 */
export const addressWithKey = (url: string, key: string): string => `${url}#key=${key}`;

/** Of the page, before GraphiQL is shown. */
export const keyOfAddressScript = `
(() => {
  const name = 'fieldgate-key';
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(location.hostname);
  const [, given] = /^#key=(fg_\\w+)$/.exec(location.hash) ?? [];
  if (given !== undefined) {
    history.replaceState(null, '', location.pathname + location.search);
    if (isHere) sessionStorage.setItem(name, given);
  }
  const send = globalThis.fetch;
  globalThis.fetch = async (input, init = {}) => {
    const key = sessionStorage.getItem(name);
    const headers = new Headers(init.headers);
    if (key === null || headers.has('authorization')) return send(input, init);
    headers.set('authorization', 'Bearer ' + key);
    const response = await send(input, { ...init, headers });
    if (response.status !== 401) return response;
    sessionStorage.removeItem(name);
    return send(input, init);
  };
})();
`;
