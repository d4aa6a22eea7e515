/** Holds the unit tier to its promise: a unit test that starts a process, opens a socket or starts a thread fails with these sentences. */
import { syncBuiltinESMExports } from 'node:module';
import { Server, Socket } from 'node:net';
import threads from 'node:worker_threads';

const refuse = (what: string) => (): never => {
  throw new Error(`A unit test ${what}. Name the test file in \`test/tiers.ts\`, or hand in a value instead.`);
};

Object.assign(Server.prototype, { listen: refuse('listens on no port') });
Object.assign(Socket.prototype, { connect: refuse('connects to no address') });
threads.Worker = class {
  constructor() {
    refuse('starts no thread')();
  }
} as unknown as typeof threads.Worker;
syncBuiltinESMExports();
