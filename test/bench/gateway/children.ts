/** The processes of the benchmark: started, asked, and ended with it. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Arrivals, Calls, Told } from './load/load-messages.ts';

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

function kept(child: ChildProcess): ChildProcess {
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

export interface Child {
  readonly pid: number;
  readonly url: string;
  /** Sends a message and gives the reply. */
  ask<T>(message: unknown): Promise<T>;
  end(): Promise<void>;
}

const env = { ...process.env, NODE_ENV: 'production' };

/** A file of this folder that sends its address when it listens. */
export async function forked(file: string, args: readonly string[] = []): Promise<Child> {
  const child = kept(fork(join(import.meta.dirname, file), args, { env }));
  const url = await reply<string>(child);
  return asChild(child, url);
}

/** A program that prints its address when it listens. */
export async function spawned(
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Promise<Child> {
  const child = kept(
    spawn(process.execPath, args, { cwd: options.cwd, env: { ...env, ...options.env }, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] }),
  );
  const url = Promise.withResolvers<string>();
  let said = '';
  child.stdout?.on('data', (text: Buffer) => {
    if (said.length < 10_000) said += text.toString();
    const found = /http:\/\/(?:127\.0\.0\.1|localhost):\d+/.exec(said)?.[0];
    if (found !== undefined) url.resolve(found);
  });
  child.once('exit', (code) => url.reject(new Error(`${args.join(' ')} ended with ${code} before it listened. ${said}`)));
  return asChild(child, await url.promise);
}

function asChild(child: ChildProcess, url: string): Child {
  return {
    pid: child.pid ?? 0,
    url,
    async ask<T>(message: unknown): Promise<T> {
      const answer = reply<T>(child);
      child.send(message as object);
      return answer;
    },
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function reply<T>(child: ChildProcess): Promise<T> {
  const ended = new AbortController();
  const broke = once(child, 'exit', { signal: ended.signal }).then(([code]) => {
    throw new Error(`${child.spawnargs.join(' ')} ended with ${code}.`);
  });
  broke.catch(() => {});
  try {
    const [answer] = (await Promise.race([once(child, 'message', { signal: ended.signal }), broke])) as [T];
    if (answer !== null && typeof answer === 'object' && 'failed' in answer) throw new Error(String(answer.failed));
    return answer;
  } finally {
    ended.abort();
  }
}

export interface Load {
  calls(calls: Omit<Calls, 'type'>): Promise<Told>;
  open(arrivals: Omit<Arrivals, 'type'>): Promise<Told>;
  arrivals(arrivals: Omit<Arrivals, 'type'>): Promise<Told>;
  /** Of all streams, since the beginning. */
  tokens(): Promise<number>;
  closeStreams(): Promise<void>;
  end(): Promise<void>;
}

export function startLoad(): Load {
  const child = asChild(kept(fork(join(import.meta.dirname, 'load/load.ts'), { env })), '');
  return {
    calls: (calls) => child.ask({ type: 'calls', ...calls }),
    open: (arrivals) => child.ask({ type: 'open', ...arrivals }),
    arrivals: (arrivals) => child.ask({ type: 'arrivals', ...arrivals }),
    tokens: () => child.ask({ type: 'tokens' }),
    closeStreams: () => child.ask({ type: 'close' }),
    end: () => child.end(),
  };
}
