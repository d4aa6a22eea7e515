import { describe, expect, it } from 'vitest';
import { limitsOfFields } from '../../../src/assembly/limits-of-fields.ts';
import type { Principal } from '../../../src/core/call/call.ts';
import type { DrawnAttempt, Hold } from '../../../src/core/call/hold.ts';
import { holdOfFields, type LimitsOfField, limitsOfUses } from '../../../src/operations/limits/field-limits.ts';
import { call } from '../../doubles.ts';

const principal = (id: string, team: string | null): Principal => ({ ...call().principal, id, team });
const ann = principal('key:ann', 'search');
const bob = principal('key:bob', 'search');
const eve = principal('key:eve', null);

const limitsOf = limitsOfFields({
  timeZone: 'Asia/Tokyo',
  fieldLimits: {
    'A.all': { budgets: [{ per: 'day', most: '1' }], concurrency: 2 },
    'A.team': { sharedBy: 'team', callsPerMinute: 5 },
    'A.one': { sharedBy: 'caller', tokensPerMinute: 7 },
  },
}) as LimitsOfField;

describe('limits of fields', () => {
  it('limits of fields have accounts of everyone, of a team, or of a caller, and are the same lists each time', () => {
    expect(limitsOf('A.all', ann)).toEqual([
      { kind: 'budget', name: 'field:A.all', per: 'day', most: 1_000_000_000, timeZone: 'Asia/Tokyo', isShared: true },
      { kind: 'concurrency', name: 'field:A.all', most: 2 },
    ]);
    expect(limitsOf('A.all', eve)).toBe(limitsOf('A.all', ann));
    expect(limitsOf('A.team', ann)).toEqual([{ kind: 'calls', name: 'field:A.team:team:search', perMinute: 5 }]);
    expect(limitsOf('A.team', bob)).toBe(limitsOf('A.team', ann));
    expect(limitsOf('A.team', eve)).toEqual([{ kind: 'calls', name: 'field:A.team:key:eve', perMinute: 5 }]);
    expect(limitsOf('A.one', bob)).toEqual([{ kind: 'tokens', name: 'field:A.one:key:bob', perMinute: 7 }]);
    expect(limitsOf('A.none', ann)).toBeNull();
    expect(limitsOfFields({})).toBeUndefined();
  });

  it('limits of fields are those of all fields that a call serves', () => {
    const use = (coordinate: string) => ({ coordinate, weight: 1 });
    expect(limitsOfUses([use('A.none')], ann, limitsOf)).toBeNull();
    expect(limitsOfUses([use('A.none'), use('A.all'), use('A.all')], ann, limitsOf)).toBe(limitsOf('A.all', ann));
    expect(limitsOfUses([use('A.all'), use('A.team')], ann, limitsOf)).toHaveLength(3);
  });

  it('limits of fields bear shares that add up to the cost, also of uses that came later', async () => {
    const drawn: DrawnAttempt[] = [];
    const hold: Hold = {
      budgeted: false,
      async draw(attempt) {
        drawn.push(attempt);
        return { settle: async () => {} };
      },
      giveBack: async () => {},
      release() {},
    };
    const uses = [
      { coordinate: 'A.all', weight: 1 },
      { coordinate: 'A.none', weight: 1 },
    ];
    const ofFields = holdOfFields(hold, uses, ann, limitsOf);
    expect(ofFields.budgeted).toBe(true);
    await ofFields.draw({ callId: 'x', most: 100, rows: [] });
    const [share] = drawn[0]?.fields ?? [];
    expect(drawn[0]?.fields).toHaveLength(1);
    expect(share?.shareOf(101)).toBe(51);
    uses.push({ coordinate: 'A.all', weight: 2 });
    expect(share?.shareOf(100)).toBe(75);
  });
});
