import { describe, expect, it } from 'vitest';
import type { Principal } from '../../../src/core/call/call.ts';
import { serverLimits } from '../../../src/server/server-limits.ts';
import { socketPlaces } from '../../../src/server/websocket/socket-places.ts';

const ann: Principal = { id: 'key:ann', kind: 'key', team: 'ops', scopes: [], routes: null, limits: [] };
const bob: Principal = { ...ann, id: 'key:bob', team: 'shop' };
const entrant = (principal: Principal | null) => ({ address: '10.0.0.1', beyondShare: null, principal, evict() {} });

describe('the places of WebSockets', () => {
  it('the places of WebSockets are as many as the limit says for a key that is shown at the upgrade and again in connection_init', () => {
    const places = socketPlaces(serverLimits({ maxSocketsPerPrincipal: 2, maxSocketsPerTeam: 2 }));
    for (let n = 0; n < 2; n += 1) places.enter(entrant(ann)).accept(ann);
    expect(() => places.enter(entrant(ann))).toThrow('Your key has 2 WebSockets open');
  });

  it('the places of WebSockets go with the key of connection_init where it is another than that of the upgrade', () => {
    const places = socketPlaces(serverLimits({ maxSocketsPerPrincipal: 1, maxSocketsPerTeam: 1 }));
    const first = places.enter(entrant(ann));
    first.accept(bob);
    places.enter(entrant(ann)).accept(ann);
    expect(() => places.enter(entrant(bob))).toThrow('Your key has 1 WebSockets open');
    first.leave();
    places.enter(entrant(bob)).accept(bob);
  });
});
