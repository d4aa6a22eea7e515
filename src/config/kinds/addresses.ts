/** Checks addresses in the configuration that the gateway will call. */

const thisMachine = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Plain http is safe only on this machine: elsewhere anybody on the way could read or change it. */
export function isSafeAddress(url: string): boolean {
  const parsed = URL.parse(url);
  if (parsed === null || parsed.hash !== '' || parsed.username !== '' || parsed.password !== '') return false;
  return parsed.protocol === 'https:' || (parsed.protocol === 'http:' && thisMachine.test(parsed.hostname));
}
