/**
 * Says which addresses a caller of ours may name: those that the public internet routes to, and the private hosts that the
 * operator allows. From our network a URL could otherwise reach what only we may reach.
 */
import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Special-purpose addresses (IANA registries). Two lists: node:net counts every IPv4 address as a part of ::/3. */
const reserved4 = blockList('ipv4', [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24'],
  ...['192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
]);
/** Of IPv6 only 2000::/3 is public at all; the tunnels in it (Teredo, 6to4) could lead to a private IPv4 address. */
const reserved6 = blockList('ipv6', ['::/3', '4000::/2', '8000::/1', '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']);

function blockList(family: 'ipv4' | 'ipv6', ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', prefix] = range.split('/');
    list.addSubnet(network, Number(prefix), family);
  }
  return list;
}

/** Whether the public internet routes to the address. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !reserved4.check(address, 'ipv4');
  return family === 6 && !reserved6.check(address, 'ipv6');
}

/** Whether the host of a URL is itself a private address. A name is judged by {@link lookupPublic}, when it is connected to. */
export function isPrivateHost(hostname: string, privateHosts: readonly string[]): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  return isIP(host) !== 0 && !isPublicAddress(host) && !privateHosts.includes(host);
}

const privateAddress = 'ERR_PRIVATE_ADDRESS';

/** Whether a request failed because {@link lookupPublic} refused its host. */
export const isPrivateAddressError = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === privateAddress;

/**
 * Looks names up as node:dns does, and refuses a name as soon as one of its addresses is private. It runs where the connection is
 * made, so that a name which answers differently the second time gains nothing.
 */
export function lookupPublic(privateHosts: readonly string[]): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '');
      const inside = !privateHosts.includes(hostname) && addresses.some(({ address }) => !isPublicAddress(address));
      if (inside) return callback(Object.assign(new Error('The host has a private address.'), { code: privateAddress }), '');
      const [first] = addresses;
      if (options.all === true) return callback(null, addresses);
      return callback(null, first?.address ?? '', first?.family);
    });
  };
}
