import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type CompletionsOptions, openCompletions } from '../../../src/storage/completions/sql-completions.ts';
import { migrations } from '../../../src/storage/database/migrate.ts';
import { openSqlite } from '../../../src/storage/database/sqlite.ts';
import { masterKey, sealWith } from '../../../src/storage/state/seal.ts';
import { completionsContract } from '../../contracts/completions.ts';
import { temporaryFolder } from '../state.ts';

function open({ owner = { id: () => 'me', living: async () => new Set(['me']) } }: Partial<Pick<CompletionsOptions, 'owner'>> = {}) {
  const clock = { time: 0 };
  const database = openSqlite(':memory:', migrations);
  onTestFinished(() => database.close());
  const completions = openCompletions({ database, seal: sealWith(masterKey(null)), owner, now: () => clock.time });
  return { completions, clock, database };
}

describe('completions in SQL', () => {
  completionsContract(async () => open());

  it('completions in SQL keep neither the text, nor the comment, nor the idempotency key readable', async () => {
    const { completions, database } = open();
    await completions.begin({ id: 'c', principal: 'key:a', body: 'canary', claim: { key: 'canary', inputHash: 'h' }, now: 0 });
    await completions.save({ id: 'd', principal: 'key:a', body: 'canary', expiresAt: 9, freesKey: false });
    await completions.rate('c', 'key:a', 0.5, 'canary');
    const rows = [
      ...(await database.all('select * from completions')),
      ...(await database.all('select * from completion_ratings')),
      ...(await database.all('select * from idempotency')),
    ];
    expect(rows).toHaveLength(4);
    expect(JSON.stringify(rows)).not.toMatch(/canary|Y2FuYXJ5/);
    expect(rows[2]).toMatchObject({ score: 0.5 });
  });

  it('completions in SQL do not open at another place than their own', async () => {
    const { completions, database } = open();
    await completions.save({ id: 'c', principal: 'key:a', body: 'private', expiresAt: 9, freesKey: false });
    await database.run(`update completions set id = 'd', principal = 'key:b'`);
    expect(await completions.find('d', 'key:b')).toBeNull();
  });
});

describe('a seal', () => {
  const seal = sealWith(masterKey(null));

  it('a seal opens with the same key and place alone', () => {
    const sealed = seal.close('text', 'here');
    expect(seal.open(sealed, 'here')).toBe('text');
    expect(seal.open(sealed, 'there')).toBeNull();
    expect(sealWith(masterKey(null)).open(sealed, 'here')).toBeNull();
  });

  it('a seal notices a changed byte anywhere', () => {
    const sealed = Buffer.from(seal.close('text', 'here'), 'base64');
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(seal.open(changed.toString('base64'), 'here')).toBeNull();
    }
    expect(seal.open('', 'here')).toBeNull();
  });

  it('a seal never closes the same text the same way', () => {
    expect(seal.close('text', 'here')).not.toBe(seal.close('text', 'here'));
  });
});

describe('the master key', () => {
  it('the master key is made once, for its owner alone', () => {
    const file = join(temporaryFolder(), 'deep', 'master.key');
    const key = masterKey(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(masterKey(file).equals(key)).toBe(true);
    expect(key).toHaveLength(32);
  });

  it('the master key is refused in a sentence when it is damaged, and left as it is', () => {
    const file = join(temporaryFolder(), 'master.key');
    writeFileSync(file, 'short');
    chmodSync(file, 0o600);
    expect(() => masterKey(file)).toThrow(/damaged/);
    expect(readFileSync(file, 'utf8')).toBe('short');
  });
});
