/**
 * Finds the address that a request comes from.
 *
 * Only a proxy that the operator names is believed, because anyone can write an `X-Forwarded-For`. The header is read from
 * its end, where the nearest proxy wrote; the first address that is not a trusted proxy is the client's.
 */
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv4, type Socket } from 'node:net';
import { LRUCache } from 'lru-cache';

/** Addresses that are remembered: some 200 KB. */
const maxKnownAddresses = 1_000;

export type AddressOf = (request: {
  readonly headers: IncomingMessage['headers'];
  readonly socket: Pick<Socket, 'remoteAddress'>;
}) => string;

/** Addresses and networks such as `10.0.0.0/8`; throws a RangeError or TypeError for text that is neither. */
export function networks(list: readonly string[]): BlockList {
  const found = new BlockList();
  for (const entry of list) {
    const [address = '', bits, ...rest] = entry.split('/');
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    if (rest.length > 0 || isIP(address) === 0 || (bits !== undefined && !/^\d{1,3}$/.test(bits)))
      throw new TypeError(`"${entry}" is not an address or a network.`);
    if (bits === undefined) found.addAddress(address, family);
    else found.addSubnet(address, Number(bits), family);
  }
  return found;
}

/** Whether the other end of a connection is in one of the networks. */
export function isIn(list: BlockList, { remoteAddress }: Pick<Socket, 'remoteAddress'>): boolean {
  const address = plain(remoteAddress ?? '');
  return isIP(address) !== 0 && list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}

/**
 * The client as one party: an IPv4 address, or the /64 network of an IPv6 address, because a household or a server is given at least that.
 */
export function clientAddress(trustedProxies: readonly string[]): AddressOf {
  const trusted = networks(trustedProxies);
  const isTrusted = (address: string): boolean => trusted.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
  /** The address of the socket, where no proxy is trusted. */
  const known = new LRUCache<string, string>({ max: maxKnownAddresses });

  function direct(remoteAddress: string): string {
    const before = known.get(remoteAddress);
    if (before !== undefined) return before;
    const address = plain(remoteAddress);
    const party = isIP(address) === 0 ? 'local' : partyOf(address);
    known.set(remoteAddress, party);
    return party;
  }

  return ({ headers, socket }) => {
    if (trustedProxies.length === 0) return direct(socket.remoteAddress ?? '');
    let address = plain(socket.remoteAddress ?? '');
    if (isIP(address) === 0) return 'local';
    const forwarded = headers['x-forwarded-for'];
    const hops = forwarded === undefined ? [] : String(forwarded).split(',');
    for (const hop of hops.reverse()) {
      if (!isTrusted(address)) break;
      const before = plain(withoutPort(hop.trim()));
      if (isIP(before) === 0) break;
      address = before;
    }
    return partyOf(address);
  };
}

const partyOf = (address: string): string => (isIPv4(address) ? address : `${prefix64(address)}::/64`);

/** Some proxies write the client's port, too: `192.0.2.1:50123`, `[2001:db8::1]:50123`. */
const withoutPort = (hop: string): string => /^\[(.+)\](:\d+)?$/.exec(hop)?.[1] ?? hop.replace(/^([\d.]+):\d+$/, '$1');

/** Without a zone, and IPv4 in IPv6 (`::ffff:1.2.3.4`, as a dual socket shows it) as IPv4. */
function plain(address: string): string {
  const bare = address.replace(/%.*$/, '');
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1] ?? bare;
}

/** The first four groups, in one spelling: `2001:DB8::1` and `2001:db8:0:0::2` have the same. */
function prefix64(address: string): string {
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const before = groups(head);
  const after = groups(tail ?? '');
  const zeros = tail === undefined ? [] : Array<string>(8 - before.length - after.length).fill('0');
  return [...before, ...zeros, ...after].slice(0, 4).join(':');
}
