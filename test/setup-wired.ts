/** Holds the wired tier to its promise: a wired test that starts a process fails with this sentence. */
import { ChildProcess } from 'node:child_process';

Object.assign(ChildProcess.prototype, {
  spawn: () => {
    throw new Error(
      'A unit or wired test starts no process. Name the test file in `test/tiers.ts`, or hand in a value instead of the process.',
    );
  },
});
