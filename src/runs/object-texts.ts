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
  /** Memory of all stages, in bytes. Reading does not change it. */
  bytes(): number;
  /** Memory of the stage that was read last, which is kept for who reads the next one. */
  foundBytes(): number;
}

/** What a stage takes beside its letters: an object, and a string that begins at the second letter of another (see `copied`). */
const stageBytes = 112;

/** Copies the text: a string that was cut out of another one keeps that one in memory. */
const copied = (text: string): string => ` ${text}`.slice(1);

export const objectTexts = (from: readonly Stage[] = []): ObjectTexts => new TextsOfObject(from);

class TextsOfObject implements ObjectTexts {
  readonly stages: Stage[] = [];
  #restBytes = 0;
  #last: string | null = null;
  #lastBytes = 0;
  /** Most readers ask for the stage after the one that they had, which is one step away. */
  #found = { stage: -1, text: '' };
  #foundBytes = 0;

  constructor(from: readonly Stage[]) {
    for (const stage of from) this.#push(stage, (this.#last ?? '').slice(0, stage.shared) + stage.rest);
  }

  add(text: string): void {
    const shared = sharedLetters(this.#last ?? '', text);
    this.#push({ shared, rest: copied(text.slice(shared)) }, text);
  }

  replaceLast(text: string): void {
    const before = this.stages.length > 1 ? this.at(this.stages.length - 2) : null;
    this.#restBytes -= lettersBytes(this.stages.pop()?.rest ?? '');
    this.#last = before;
    this.add(text);
  }

  at(stage: number): string {
    if (stage === this.stages.length - 1 && this.#last !== null) return this.#last;
    if (this.#found.stage > stage) this.#found = { stage: -1, text: '' };
    let { text } = this.#found;
    for (const { shared, rest } of this.stages.slice(this.#found.stage + 1, stage + 1)) text = text.slice(0, shared) + rest;
    this.#found = { stage, text };
    this.#foundBytes = lettersBytes(text);
    return text;
  }

  last(): string | null {
    return this.#last;
  }

  bytes(): number {
    return this.stages.length * stageBytes + this.#restBytes + this.#lastBytes;
  }

  foundBytes(): number {
    return this.#foundBytes;
  }

  #push(stage: Stage, text: string): void {
    this.stages.push(stage);
    this.#restBytes += lettersBytes(stage.rest);
    this.#last = text;
    this.#lastBytes = lettersBytes(text);
  }
}

function sharedLetters(one: string, other: string): number {
  const most = Math.min(one.length, other.length);
  let at = 0;
  while (at < most && one.charCodeAt(at) === other.charCodeAt(at)) at += 1;
  return at;
}
