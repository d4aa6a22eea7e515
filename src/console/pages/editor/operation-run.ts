/** One run of an operation: what came, as it comes. Queries, mutations, parts of `@defer`, and subscriptions are read in the same way. */
import type { Client } from '../../../client/create-client.ts';
import type { Operation, Result, ResultPart } from '../../../client/transport/link.ts';
import { asRequestError, type RequestError, type SentError } from '../../../client/transport/request-error.ts';

export interface OperationRun {
  readonly isRunning: boolean;
  readonly isStopped: boolean;
  /** Of a query or mutation; with `@defer`, what has come of it. */
  readonly data: unknown;
  /** Of a subscription: the last ones, the oldest first. */
  readonly events: readonly unknown[];
  readonly eventCount: number;
  readonly errors: readonly SentError[];
  readonly extensions: Readonly<Record<string, unknown>>;
  /** Why nothing came, or nothing more. */
  readonly problem: RequestError | null;
  readonly tookMs: number;
}

/** More are counted, and not kept: a stream may be endless. */
const maxKeptEvents = 200;

const begun: OperationRun = {
  isRunning: true,
  isStopped: false,
  data: null,
  events: [],
  eventCount: 0,
  errors: [],
  extensions: {},
  problem: null,
  tookMs: 0,
};

/** Calls `tell` with each state. The signal stops it: what came stays. */
export async function runOperation(
  client: Client,
  operation: Operation,
  isStream: boolean,
  tell: (run: OperationRun) => void,
  signal: AbortSignal,
): Promise<void> {
  const begunAt = performance.now();
  let run = begun;
  let isTold = true;
  const change = (next: Partial<OperationRun>): void => {
    run = { ...run, ...next, tookMs: performance.now() - begunAt };
    // A fast stream is not a fast page: it is drawn at most once a frame.
    if (!isTold) return;
    isTold = false;
    setTimeout(() => {
      isTold = true;
      tell(run);
    }, 16);
  };
  const take = (result: Result): void => {
    const errors = [...run.errors, ...(result.errors ?? []), ...(result.incremental ?? []).flatMap((part) => part.errors ?? [])];
    const extensions = { ...run.extensions, ...result.extensions };
    if (!isStream) {
      const whole = result.data === undefined ? run.data : result.data;
      change({ data: (result.incremental ?? []).reduce(withPart, whole), errors, extensions });
      return;
    }
    const [event] = Object.values(result.data ?? {});
    const events = event === undefined ? run.events : [...run.events.slice(1 - maxKeptEvents), event];
    change({ events, eventCount: run.eventCount + (event === undefined ? 0 : 1), errors: errors.slice(-20), extensions });
  };
  tell(begun);
  try {
    await asked(client, operation, take, signal);
    change({ isRunning: false, isStopped: signal.aborted });
  } catch (error) {
    change({ isRunning: false, problem: asRequestError(error) });
  }
}

/** With a token that has just ended it is asked for once more, unless something has come already: what has run would run, and be paid, again. */
async function asked(client: Client, operation: Operation, take: (result: Result) => void, signal: AbortSignal): Promise<void> {
  let hasCome = false;
  const takeFirst = (result: Result): void => {
    hasCome = true;
    take(result);
  };
  try {
    await client.results(operation, takeFirst, signal);
  } catch (error) {
    if (hasCome || asRequestError(error).code !== 'UNAUTHENTICATED') throw error;
    await client.results(operation, take, signal);
  }
}

/** The data with a later part in its place. */
export function withPart(data: unknown, { path = [], data: part }: ResultPart): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return isObject(data) && isObject(part) ? joined(data, part) : (part ?? data);
  if (Array.isArray(data))
    return data.map((one, index) => (index === step ? withPart(one, { path: rest, ...(part === undefined ? {} : { data: part }) }) : one));
  if (!isObject(data)) return data;
  return { ...data, [step]: withPart(data[step], { path: rest, ...(part === undefined ? {} : { data: part }) }) };
}

/** Objects that both have are joined; else the part is newer. */
function joined(data: Readonly<Record<string, unknown>>, part: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const both = Object.entries(part).map(([name, value]) => {
    const before = data[name];
    return [name, isObject(before) && isObject(value) ? joined(before, value) : value];
  });
  return { ...data, ...Object.fromEntries(both) };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
