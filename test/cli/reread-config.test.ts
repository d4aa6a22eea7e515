/** What SIGHUP does: `serve.test.ts` sends it to a process, and `gateway/reconfigure.test.ts` has what the gateway makes of it. */
import { expect, it } from 'vitest';
import { configReader } from '../../src/cli/reread-config.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { plainConfig } from '../harness.ts';

function reader(load: (reading: number) => Promise<void>, { maxMs = 60_000 } = {}) {
  const refused: unknown[] = [];
  const taken: unknown[] = [];
  const gateway = {
    async reconfigure(config: unknown) {
      taken.push(config);
    },
    log: { ...silentLog, error: (_: string, fields = {}) => void refused.push(fields) },
  };
  const read = configReader((reading) => load(reading).then(() => ({ config: plainConfig })), gateway, plainConfig, maxMs);
  return { read, refused, taken };
}

it('the reader of the configuration gives up a configuration that waits for what never comes, and reads the next one', async () => {
  const { read, refused, taken } = reader((reading) => (reading === 1 ? new Promise(() => {}) : Promise.resolve()), { maxMs: 200 });
  await read();
  expect([refused, taken]).toMatchObject([[{ why: expect.stringContaining('was not loaded within 0.2 seconds') }], []]);
  await read();
  expect(taken).toHaveLength(1);
});

it('the reader of the configuration reads once more, however often it is asked to while it reads', async () => {
  const { promise: hold, resolve: goOn } = Promise.withResolvers<void>();
  let begun = 0;
  const { read, taken } = reader(() => {
    begun += 1;
    return hold;
  });
  const first = read();
  await expect.poll(() => begun).toBe(1);
  const others = Array.from({ length: 100 }, () => read());
  goOn();
  await Promise.all([first, ...others]);
  expect(taken).toHaveLength(2);
});
