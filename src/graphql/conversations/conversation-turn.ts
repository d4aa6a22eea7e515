/**
 * One turn of a conversation. The turn is recorded when its run begins, and its end is recorded before the readers of the run see it.
 *
 * A repetition with the same idempotency key finds the run and starts nothing. If a failure released the key, the new turn replaces the failed one.
 */
import type { Said } from '../../core/batch.ts';
import { GatewayError } from '../../core/errors.ts';
import type { CompletionRequest, Message } from '../../core/request/request.ts';
import { estimateInput } from '../../core/request/tokens.ts';
import type { RunState } from '../../runs/run.ts';
import { stateAsText } from '../../runs/stored-run.ts';
import type { Asker } from '../call/asker.ts';
import type { AiConversationInput, CompletionInput } from '../generated.ts';
import { refuse } from '../refuse.ts';
import type { RouteView } from '../services.ts';
import { noneWith, outlineOf, readHistory } from './read-history.ts';
import { partsOf, titleOf, tokensOf } from './stored-turn.ts';

export interface ConversationTurn {
  /** Begins the turn and answers it: `ask` gets the history. Throws when the turn may not begin. */
  answer(id: string, ask: (history: readonly Message[]) => AsyncIterable<Said>): AsyncIterable<Said>;
  /** Records how the turn ended. */
  ended(state: RunState): Promise<void>;
}

export interface TurnAsked {
  /** The new messages, of the user or of tools. */
  readonly messages: readonly Message[];
  readonly key: string | null;
  /** Number of tokens that the history may have. */
  readonly room: number;
}

/** Throws BAD_REQUEST when the caller has no such conversation. */
export async function openTurn({ services, context }: Asker, of: AiConversationInput, asked: TurnAsked): Promise<ConversationTurn> {
  const { conversations } = services;
  const { id: conversation } = of;
  const owner = context.principal.id;
  const replaces = of.replaces ?? null;
  await outlineOf(of, services, owner);
  const askedTokens = await tokensOf(asked.messages);
  let begun = false;
  /** A run that is cancelled may end before its turn is recorded. */
  let beginning: Promise<unknown> | null = null;

  async function begin(completionId: string): Promise<readonly Message[]> {
    const { outcome, ...at } = await conversations.begin({
      ...{ conversation, owner, completionId, askedTokens, replaces },
      asked: JSON.stringify(asked.messages),
      opensWith: asked.messages[0]?.role === 'tool' ? 'tool' : 'user',
      key: asked.key,
      title: titleOf(asked.messages),
      now: services.now(),
    });
    if (outcome !== 'begun' || !('place' in at)) throw notBegun(outcome, conversation);
    begun = true;
    return readHistory(services, { conversation, owner, below: at.place, room: asked.room, replaces: null, next: asked.messages });
  }

  return {
    async *answer(id, ask) {
      const history = begin(id);
      beginning = history;
      yield* ask(await history);
    },
    async ended(state) {
      await beginning?.catch(() => {});
      if (!begun) return;
      await conversations.end({
        ...{ conversation, owner, completionId: state.id },
        status: state.status === 'RUNNING' ? 'FAILED' : state.status,
        answer: stateAsText(state),
        answerTokens: await tokensOf([{ role: 'assistant', content: partsOf(state) }]),
        now: services.now(),
      });
    },
  };
}

function notBegun(outcome: string, id: string): GatewayError {
  switch (outcome) {
    case 'running':
      return new GatewayError(
        'CONCURRENCY_LIMITED',
        'The last turn of this conversation is being answered. Follow it to its end, or stop it with cancelCompletion, and ask again.',
        { limit: 'conversation', retryable: true },
      );
    case 'used':
      return new GatewayError(
        'IDEMPOTENCY_CONFLICT',
        'This idempotencyKey belongs to another turn of this conversation. Use a new key for a new turn.',
      );
    case 'full':
      return new GatewayError('BAD_REQUEST', 'This conversation is as long as one may be. Begin a new one with createAiConversation.');
    default:
      return new GatewayError('BAD_REQUEST', noneWith(id));
  }
}

/** The messages that a prompt adds to a conversation. Throws BAD_REQUEST for anything that the conversation has itself. */
export function newMessages(prompt: CompletionInput['prompt'], { messages }: CompletionRequest): readonly Message[] {
  if (prompt.template && prompt.template.messages == null)
    refuse('prompt.template needs its messages in a conversation: what the template says is never kept there.');
  if (messages.some(({ role }) => role === 'assistant'))
    refuse('prompt.messages has a message of role ASSISTANT. A conversation keeps what the model said: send what is new alone.');
  return messages.filter(({ role }) => role !== 'system');
}

/** Part of a context window that is left for the answer when the caller sets no maximum. */
const answerShare = 1 / 4;

/** Number of tokens that the history may have beside the request, on the model of the route with the largest context window. */
export function historyRoom(request: CompletionRequest, { deployments }: RouteView): number {
  const rooms = deployments
    .filter(({ capabilities }) => capabilities.includes('completion'))
    .map(({ contextWindow, maxOutputTokens }) => {
      if (contextWindow === null) return Number.POSITIVE_INFINITY;
      return (
        contextWindow - (request.maxOutputTokens ?? Math.min(maxOutputTokens ?? contextWindow, Math.ceil(contextWindow * answerShare)))
      );
    });
  return Math.min(Math.max(0, ...rooms), request.maxInputTokens ?? Number.POSITIVE_INFINITY) - estimateInput(request).total;
}
