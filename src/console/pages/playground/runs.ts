/**
 * What the playground has asked, and its answers as they grow. Answers go on while another page is shown, and after a reload: kept for the
 * tab are the question, the key of each run, and the id of its completion as soon as there is one. A run that is asked again with its key
 * is the same completion, billed once.
 */
import type { AiAnswerInput, CompletionInput } from '../../../client/completion-input.ts';
import type { Client } from '../../../client/create-client.ts';
import type { Answer, AnswerSnapshot } from '../../../client/live-answer.ts';

/** One question for all routes. */
export interface Asked {
  readonly text: string;
  readonly system: string;
  /** Empty: a completion without documents. */
  readonly collection: string;
  readonly maxOutputTokens: number | null;
  readonly temperature: number | null;
  readonly isFresh: boolean;
}

interface KeptRun {
  readonly key: string;
  readonly route: string;
  readonly id: string | null;
  readonly ended: AnswerSnapshot | null;
}

export interface Run extends KeptRun {
  /** Null when it has ended. */
  readonly answer: Answer | null;
}

export interface PlaygroundState {
  readonly asked: Asked | null;
  readonly runs: readonly Run[];
}

export interface Playground {
  readonly subscribe: (listener: () => void) => () => void;
  readonly snapshot: () => PlaygroundState;
  /** Asks each route. Runs before it that have not ended are stopped. */
  readonly start: (asked: Asked, routes: readonly string[]) => void;
  /** Asks one route again, under a new key. */
  readonly repeat: (key: string) => void;
  readonly clear: () => void;
}

const storedAt = 'fieldgate-console:playground';
const newKey = (): string => crypto.getRandomValues(new Uint32Array(4)).join('-');
const isEnded = ({ status }: AnswerSnapshot): boolean => /^(completed|failed|cancelled)$/.test(status);

/** What a run sends: for the client, and for the texts to copy. */
export function inputOf(asked: Asked, route: string): CompletionInput | AiAnswerInput {
  const { text, system, collection, maxOutputTokens, temperature, isFresh } = asked;
  const common = {
    route,
    ...(maxOutputTokens === null ? {} : { maxOutputTokens }),
    ...(isFresh ? { cache: { mode: 'BYPASS' } as const } : {}),
  };
  if (collection !== '') return { collection, question: text, ...common };
  const prompt =
    system === ''
      ? { text }
      : {
          messages: [{ role: 'SYSTEM', content: [{ text: system }] } as const, { role: 'USER', content: [{ text }] } as const],
        };
  return { prompt, ...common, ...(temperature === null ? {} : { temperature }) };
}

export function openPlayground(client: Client, storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>): Playground {
  const listeners = new Set<() => void>();
  let state = restored(storage.getItem(storedAt));

  function change(next: PlaygroundState): void {
    state = next;
    if (next.asked === null) storage.removeItem(storedAt);
    else storage.setItem(storedAt, JSON.stringify({ ...next, runs: next.runs.map(({ answer: _, ...kept }) => kept) }));
    for (const listener of [...listeners]) listener();
  }
  const changeRun = (key: string, part: Partial<Run>): void =>
    change({ ...state, runs: state.runs.map((run) => (run.key === key ? { ...run, ...part } : run)) });

  function followed(run: KeptRun, asked: Asked): Run {
    if (run.ended !== null) return { ...run, answer: null };
    const input = { ...inputOf(asked, run.route), idempotencyKey: run.key };
    const leaving = 'follow';
    const answer =
      run.id !== null
        ? client.resume({ id: run.id }, { leaving })
        : 'question' in input
          ? client.answer(input, { leaving })
          : client.complete(input, { leaving, background: true });
    let leave: (() => void) | null = null;
    const look = (): void => {
      const snapshot = answer.snapshot();
      const known = state.runs.find(({ key }) => key === run.key);
      if (known?.answer !== answer) {
        // It calls once before it is in the state, and perhaps after it has been cleared.
        if (known === undefined) leave?.();
      } else if (isEnded(snapshot)) {
        leave?.();
        changeRun(run.key, { id: snapshot.id || null, ended: snapshot, answer: null });
      } else if (known.id === null && snapshot.id !== '') changeRun(run.key, { id: snapshot.id });
    };
    leave = answer.subscribe(look);
    return { ...run, answer };
  }

  function stopAll(): void {
    for (const { answer } of state.runs) answer?.cancel().catch(() => {});
  }

  if (state.asked !== null) {
    const { asked } = state;
    state = { asked, runs: state.runs.map((run) => followed(run, asked)) };
  }

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    snapshot: () => state,
    start(asked, routes) {
      stopAll();
      const kept = routes.map((route): KeptRun => ({ key: newKey(), route, id: null, ended: null }));
      // Kept before anything is sent: a reload in between asks with the same keys.
      change({ asked, runs: kept.map((run) => ({ ...run, answer: null })) });
      change({ asked, runs: kept.map((run) => followed(run, asked)) });
    },
    repeat(key) {
      const { asked, runs } = state;
      if (asked === null) return;
      change({
        asked,
        runs: runs.map((run) => (run.key === key ? followed({ ...run, key: newKey(), id: null, ended: null }, asked) : run)),
      });
    },
    clear() {
      stopAll();
      change({ asked: null, runs: [] });
    },
  };
}

function restored(text: string | null): PlaygroundState {
  try {
    const { asked, runs }: { asked: Asked; runs: readonly KeptRun[] } = JSON.parse(text ?? '');
    return { asked, runs: runs.map((run) => ({ ...run, answer: null })) };
  } catch {
    return { asked: null, runs: [] };
  }
}
