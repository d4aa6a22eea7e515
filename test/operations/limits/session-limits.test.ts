import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import type { Principal } from '../../../src/core/call/call.ts';
import { sessionLimits } from '../../../src/operations/limits/session-limits.ts';
import { call } from '../../doubles.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function bytesInUse(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const sessionCaps = { amount: null, tokens: null, turns: 3, calls: null, minutes: 60, warnAt: [] };

it('sessions of many users take memory for those that there are, and none for those that there could be', () => {
  const users = Array.from({ length: 2_000 }, (_, index): Principal => ({ ...call().principal, id: `key:k:u_${index}`, sessionCaps }));
  const inSession = sessionLimits({}, () => 0);
  const before = bytesInUse();
  const remembered = users.map((user) => inSession(user, {}));
  const bytesOfOne = (bytesInUse() - before) / users.length;
  expect(users.every((user, index) => inSession(user, {}) === remembered[index])).toBe(true);
  expect(bytesOfOne).toBeLessThan(8_000);
});
