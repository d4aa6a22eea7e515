/** Reads a stored turn, for callers and for models. */
import type { MessagePart } from '../../core/chunk.ts';
import { type ContentPart, completionRequest, type Message } from '../../core/request/request.ts';
import { estimateInputInTurns } from '../../core/request/tokens.ts';
import type { RunState } from '../../runs/run.ts';
import { stateFromText, stateOfDied } from '../../runs/stored-run.ts';
import type { TurnRecord } from '../../storage/conversations/conversations.ts';

export const askedIn = ({ asked }: TurnRecord): readonly Message[] => JSON.parse(asked) as readonly Message[];

/** Null: the turn is being answered. */
export function answerIn({ completionId, status, answer }: TurnRecord): RunState | null {
  if (status === 'RUNNING') return null;
  return answer === null ? stateOfDied(completionId) : stateFromText(completionId, answer);
}

/** The parts of an answer that a model is shown again. */
export const partsOf = ({ completion }: RunState): readonly ContentPart[] =>
  completion.object === undefined || completion.text !== ''
    ? completion.parts.filter(hasContent)
    : [textOf(JSON.stringify(completion.object))];

const textOf = (text: string): ContentPart => ({ type: 'text', text });
const hasContent = (part: MessagePart): boolean => part.type !== 'text' || part.text !== '';

/** Estimated tokens of messages. Long ones are estimated in slices. */
export async function tokensOf(messages: readonly Message[]): Promise<number> {
  return (await estimateInputInTurns(completionRequest(messages))).total;
}

const maxTitle = 80;

/** The beginning of the user's first message. */
export function titleOf(messages: readonly Message[]): string {
  const text = messages
    .flatMap(({ content }) => content)
    .map((part) => (part.type === 'text' ? part.text : ''))
    .join(' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  if (text === '') return 'New conversation';
  if (text.length <= maxTitle) return text;
  const cut = text.slice(0, maxTitle);
  return `${(/^(.{40,})\s/.exec(cut)?.[1] ?? cut).trimEnd()}…`;
}
