import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { perRound } from '../rounds.ts';

it('the gateway reloads under load: nothing is cut, nothing runs twice, memory returns to the baseline', async () => {
  const reloads = perRound('4', '30');
  const folder = await mkdtemp(join(tmpdir(), 'reload-'));
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', 'test/bench/federation/reload.ts', folder, reloads]);
  await rm(folder, { recursive: true });
  const { before, after, ...outcome } = JSON.parse(stdout) as { readonly before: number; readonly after: number };
  expect(outcome).toEqual({ cut: 0, wrong: 0, twice: 0, engine: 'planner' });
  // Schemas that stay were measured at over 2 MB each, so that four of them are more than this; less is noise.
  expect(after - before).toBeLessThan(5 * 1024 * 1024);
}, 120_000);
