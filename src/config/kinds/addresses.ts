/** Addresses that the gateway calls by the operator's word. */

const thisMachine = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** What is sent over plain http could come from anybody, and be read by anybody, but on this machine. */
export function isSafeAddress(url: string): boolean {
  const parsed = URL.parse(url);
  if (parsed === null || parsed.hash !== '' || parsed.username !== '' || parsed.password !== '') return false;
  return parsed.protocol === 'https:' || (parsed.protocol === 'http:' && thisMachine.test(parsed.hostname));
}
