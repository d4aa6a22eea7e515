/** Where the native planner does not load: the portable engine serves, and says so. Each case runs in a process that cannot load it. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const forbid = join(import.meta.dirname, 'forbid-planner.ts');

async function portable(engine: 'auto' | 'planner' | 'stitching') {
  const program = ['--import', forbid, join(import.meta.dirname, 'portable-gateway.ts'), engine];
  const { stdout } = await promisify(execFile)(process.execPath, program);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Readonly<
    Record<'ready' | 'reasons' | 'engine' | 'health' | 'answers', unknown>
  >;
}

describe('a machine on which the native planner does not load', () => {
  it.each(['auto', 'stitching'] as const)(
    'a machine on which the native planner does not load serves by stitching, with graph.engine %s',
    async (engine) => {
      const { ready, engine: runs, health, answers } = await portable(engine);
      expect({ ready, runs }).toEqual({ ready: true, runs: 'stitching' });
      expect(health).toMatchObject({ engine: 'stitching' });
      expect(answers).toMatchObject([
        {
          data: {
            products: [
              { name: 'Chair 1', stock: 10 },
              { name: 'Chair 2', stock: 20 },
            ],
            a: 'slow',
          },
          extensions: { queryPlan: { engine: 'stitching', fetches: [] } },
        },
        { errors: [{ extensions: { code: 'FORBIDDEN' } }] },
        { data: { aiRoutes: expect.arrayContaining([{ name: 'default' }]) }, extensions: { queryPlan: { engine: 'none' } } },
      ]);
    },
  );

  it('a machine on which the native planner does not load says so where the planner is asked for', async () => {
    const { ready, reasons } = await portable('planner');
    expect(ready).toBe(false);
    expect(reasons).toEqual([expect.stringContaining('`graph.engine: "auto"` would be accepted')]);
  });
});
