import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { perRound } from '../rounds.ts';

const inProcess = async (program: string, reloads: string): Promise<{ readonly before: number; readonly after: number }> => {
  const folder = await mkdtemp(join(tmpdir(), 'reload-'));
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', program, folder, reloads]);
  await rm(folder, { recursive: true });
  return JSON.parse(stdout) as { readonly before: number; readonly after: number };
};
// Schemas that stay were measured at over 2 MB each, so that four of them are more than this; less is noise.
const noise = 5 * 1024 * 1024;

it('the gateway reloads under load: nothing is cut, nothing runs twice, memory returns to the baseline', async () => {
  const { before, after, ...outcome } = await inProcess('test/bench/federation/reload.ts', perRound('4', '30'));
  expect(outcome).toEqual({ cut: 0, wrong: 0, twice: 0, engine: 'planner' });
  expect(after - before).toBeLessThan(noise);
}, 120_000);

it('a served gateway reloads under 20 subscriptions with entity hops and query loops: nothing is cut, doubled or mixed, memory returns to the baseline', async () => {
  const { before, after, ...outcome } = await inProcess('test/bench/drills/reload-over-http.ts', perRound('3', '10'));
  expect(outcome).toEqual({ cut: 0, doubled: 0, mixed: 0, notReloaded: 0, asked: true });
  expect(after - before).toBeLessThan(noise);
}, 120_000);
