import { expect, it } from 'vitest';
import { workerEnvironment } from '../../src/core/worker-environment.ts';

it('a process that works on other people’s data is told no secret and no options of Node', () => {
  const told = workerEnvironment({ TMPDIR: '/tmp', OPENAI_API_KEY: 'sk-1', NODE_OPTIONS: '--inspect-brk', HOME: '/root' });
  // A thread would read a variable that is not set as the text "undefined".
  expect(told).toStrictEqual({ TMPDIR: '/tmp' });
});
