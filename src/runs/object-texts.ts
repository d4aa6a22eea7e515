/**
 * The stages of a structured answer as JSON text. A stage stores only what it does not share with the one before, so that
 * all stages together take about as much memory as the last one.
 */
import { lettersBytes } from './weight.ts';

/** Letters that a stage shares with the one before it, and those that follow them. */
export interface Stage {
  readonly shared: number;
  readonly rest: string;
}

export interface ObjectTexts {
  add(text: string): void;
  /** Replaces the last stage. */
  replaceLast(text: string): void;
  /** The text of a stage, counted from 0. */
  at(stage: number): string;
  /** Null: there is no stage yet. */
  last(): string | null;
  readonly stages: readonly Stage[];
  /** Memory of all stages, in bytes. */
  bytes(): number;
}

/** What a stage takes beside its letters: an object, and a string that begins at the second letter of another (see `copied`). */
const stageBytes = 112;

/** Copies the text: a string that was cut out of another one keeps that one in memory. */
const copied = (text: string): string => ` ${text}`.slice(1);

export function objectTexts(from: readonly Stage[] = []): ObjectTexts {
  const stages: Stage[] = [];
  let restBytes = 0;
  let last: string | null = null;
  let lastBytes = 0;
  /** Most readers ask for the stage after the one that they had, which is one step away. */
  let found = { stage: -1, text: '' };
  let foundBytes = 0;

  function push(stage: Stage, text: string): void {
    stages.push(stage);
    restBytes += lettersBytes(stage.rest);
    last = text;
    lastBytes = lettersBytes(text);
  }

  function at(stage: number): string {
    if (stage === stages.length - 1 && last !== null) return last;
    if (found.stage > stage) found = { stage: -1, text: '' };
    let { text } = found;
    for (const { shared, rest } of stages.slice(found.stage + 1, stage + 1)) text = text.slice(0, shared) + rest;
    found = { stage, text };
    foundBytes = lettersBytes(text);
    return text;
  }

  function add(text: string): void {
    const shared = sharedLetters(last ?? '', text);
    push({ shared, rest: copied(text.slice(shared)) }, text);
  }

  for (const stage of from) push(stage, (last ?? '').slice(0, stage.shared) + stage.rest);

  return {
    add,
    replaceLast(text) {
      const before = stages.length > 1 ? at(stages.length - 2) : null;
      restBytes -= lettersBytes(stages.pop()?.rest ?? '');
      last = before;
      add(text);
    },
    at,
    last: () => last,
    stages,
    bytes: () => stages.length * stageBytes + restBytes + lastBytes + foundBytes,
  };
}

function sharedLetters(one: string, other: string): number {
  const most = Math.min(one.length, other.length);
  let at = 0;
  while (at < most && one.charCodeAt(at) === other.charCodeAt(at)) at += 1;
  return at;
}
