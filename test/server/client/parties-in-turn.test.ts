/** Which connections wait for each other, with sockets that only remember whether they are read. */
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { clientAddress } from '../../../src/server/client/address.ts';
import { addressTurns, maxPerTurn } from '../../../src/server/client/address-turns.ts';
import { principal } from '../../graphql/fakes.ts';

class Connection extends EventEmitter {
  destroyed = false;
  read = true;
  readonly remoteAddress: string;
  constructor(remoteAddress: string) {
    super();
    this.remoteAddress = remoteAddress;
  }
  pause(): void {
    this.read = false;
  }
  resume(): void {
    this.read = true;
  }
}

const key = (id: string) => principal({ id: `key:${id}` });
const userOf = (id: string, user: string, token?: string) =>
  principal({ id: `key:${id}:${user}`, user: { id: user, name: null, revokedAt: null }, ...(token === undefined ? {} : { token }) });

function parties() {
  const turns = addressTurns(clientAddress([]));
  const asSocket = (connection: Connection): Socket => connection as unknown as Socket;
  return {
    open(remoteAddress = '10.0.0.1', by: ReturnType<typeof principal> | null = null): Connection {
      const connection = new Connection(remoteAddress);
      turns.opened(asSocket(connection));
      if (by !== null) turns.askedBy(asSocket(connection), by);
      return connection;
    },
    ask: (connection: Connection, by: ReturnType<typeof principal> | null) => turns.askedBy(asSocket(connection), by),
    flood: (connection: Connection) => turns.spend(asSocket(connection), maxPerTurn),
    spend: (connection: Connection) => turns.spend(asSocket(connection), 1),
    upgraded: (connection: Connection, isPaused: () => boolean) => turns.upgraded(asSocket(connection), isPaused),
  };
}

describe('who waits for a connection that brings too much', () => {
  it('strangers of its address do, and nobody of another', () => {
    const { open, flood } = parties();
    const [mate, other] = [open(), open('10.0.0.2')];
    flood(open());
    expect([mate.read, other.read]).toEqual([false, true]);
  });

  it('strangers of its IPv6 network do, who may have as many addresses as they like', () => {
    const { open, flood } = parties();
    const [mate, other] = [open('2001:db8::2'), open('2001:db8:0:1::1')];
    flood(open('2001:db8::1'));
    expect([mate.read, other.read]).toEqual([false, true]);
  });

  it('nobody of its address does who has shown a key that holds', () => {
    const { open, flood } = parties();
    const honest = open('10.0.0.1', key('a'));
    flood(open());
    expect(honest.read).toBe(true);
  });

  it('the connections of its own key do, from any address, and strangers do not', () => {
    const { open, flood } = parties();
    const [same, stranger] = [open('10.0.0.2', key('a')), open()];
    flood(open('10.0.0.1', key('a')));
    expect([same.read, stranger.read]).toEqual([false, true]);
  });

  it('users whom a key names are one party with it, and users who hold tokens of it are not', () => {
    const { open, flood } = parties();
    const [named, holder] = [open('10.0.0.1', userOf('a', 'u2')), open('10.0.0.1', userOf('a', 'u3', 't3'))];
    flood(open('10.0.0.1', userOf('a', 'u1')));
    expect([named.read, holder.read]).toEqual([false, true]);
  });

  it('a connection that shows its key while it waits waits no longer', () => {
    const { open, ask, flood } = parties();
    const late = open();
    flood(open());
    expect(late.read).toBe(false);
    ask(late, key('a'));
    expect(late.read).toBe(true);
  });

  it('a connection whose credentials are refused, or that asks for nobody, waits with its address again', () => {
    const { open, ask, flood } = parties();
    const [refused, anonymous] = [open('10.0.0.1', key('a')), open('10.0.0.1', key('b'))];
    ask(refused, null);
    ask(anonymous, principal({ id: 'anonymous', kind: 'anonymous' }));
    flood(open());
    expect([refused.read, anonymous.read]).toEqual([false, false]);
  });

  it('all that wait are read in the end, also when some of them have left, or have shown a key', async () => {
    const { open, ask, flood } = parties();
    const waiting = Array.from({ length: 100 }, () => open());
    flood(open());
    waiting[1]?.emit('close');
    ask(waiting[2] as Connection, key('a'));
    for (let turns = 0; turns < 40; turns += 1) await turn();
    expect(waiting.filter(({ read }) => !read)).toEqual([waiting[1]]);
  });

  it('a WebSocket that wants nothing to be read is not read when it has its turn', async () => {
    const { open, flood, upgraded } = parties();
    const full = open();
    upgraded(full, () => true);
    flood(open());
    for (let turns = 0; turns < 10; turns += 1) await turn();
    expect(full.read).toBe(false);
  });

  it('a connection that is read before its turn, by what its own protocol does, waits again', () => {
    const { open, flood, spend } = parties();
    const waiting = open();
    flood(open());
    waiting.resume();
    spend(waiting);
    expect(waiting.read).toBe(false);
  });
});
