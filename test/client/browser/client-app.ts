/** The client alone, for tests that drive it from outside the page. */
import { createClient } from '../../../src/client/sdk.ts';

const opened = new Set<WebSocket>();
class Counted extends WebSocket {
  constructor(url: string, protocol: string) {
    super(url, protocol);
    opened.add(this);
    this.addEventListener('close', () => opened.delete(this));
  }
}

let listeners = 0;
for (const target of [window, document] as EventTarget[]) {
  const { addEventListener, removeEventListener } = target;
  target.addEventListener = (...given: Parameters<typeof addEventListener>) => {
    listeners += 1;
    const [, , options] = given;
    if (typeof options === 'object') options.signal?.addEventListener('abort', () => (listeners -= 1));
    addEventListener.apply(target, given);
  };
  target.removeEventListener = (...given: Parameters<typeof removeEventListener>) => {
    listeners -= 1;
    removeEventListener.apply(target, given);
  };
}

const page = {
  gate: (transport: 'ws' | 'sse') =>
    createClient({ url: '/graphql', token: sessionStorage.getItem('token'), transport, WebSocket: Counted }),
  left: () => ({ sockets: opened.size, listeners }),
};
export type TestPage = typeof page;
Object.assign(window, { page });
