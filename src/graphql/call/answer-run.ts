/** Runs an answer from documents as a run: finding the passages and writing the answer are its source. */
import type { Said } from '../../core/batch.ts';
import { completionOf } from '../../core/call/collect-answer.ts';
import { collect } from '../../core/chunk.ts';
import type { Message } from '../../core/request/request.ts';
import { type CallSettings, callFor } from '../../operations/field-call.ts';
import type { HoldShare } from '../../operations/operation-hold.ts';
import { chooseRoute } from '../../operations/route-choice.ts';
import type { Run, RunState } from '../../runs/run.ts';
import { type ConversationTurn, openTurn } from '../conversations/conversation-turn.ts';
import { followUpOf, followUpRoom } from '../conversations/follow-up.ts';
import type { AiAnswerInput } from '../generated.ts';
import { checkWhole, refuse } from '../refuse.ts';
import type { Asker } from './asker.ts';
import { cachePolicyOf, idempotencyKeyOf, tagsOf } from './call-input.ts';
import { endOf, type HowToRun, type PreparedRun } from './completion-run.ts';
import { messagesOf } from './message-input.ts';

/** The completion itself says that nothing was found, so that a reader who attaches later can tell it from an answer. */
const nothingFound = 'Nothing relevant was found; no model was asked.';

export const isNoAnswer = (state: RunState): boolean => state.completion.warnings.includes(nothingFound);

export interface AnswerSettings {
  /** The question that the model is shown: see `Question` in `retrieval/`. Default: the question. */
  readonly shown?: string;
  /** The turn of a conversation that the answer belongs to. Default: none. */
  readonly turn?: ConversationTurn | null;
  /** The hold that its calls draw on. Default: the operation's hold. */
  readonly share?: HoldShare;
}

/** Prepares an answer that continues a conversation. */
export async function prepareTurn(asker: Asker, input: AiAnswerInput): Promise<PreparedRun> {
  const { conversation, question } = input;
  if (conversation == null) return prepareAnswer(asker, input);
  if (input.messages != null) refuse('messages and conversation are both set. A conversation has its messages itself: leave messages out.');
  const messages: readonly Message[] = [{ role: 'user', content: [{ type: 'text', text: question }] }];
  const key = idempotencyKeyOf(input.idempotencyKey);
  return prepareAnswer(asker, input, { turn: await openTurn(asker, conversation, { messages, key, room: followUpRoom }) });
}

export function prepareAnswer(asker: Asker, input: AiAnswerInput, { shown, share, turn = null }: AnswerSettings = {}): PreparedRun {
  const { services, context } = asker;
  const route = chooseRoute(services.routes(), context.principal, input.route ?? 'default', 'completion');
  const first = input.first ?? 8;
  checkWhole('first', first, 1, 50);
  checkWhole('maxOutputTokens', input.maxOutputTokens, 1, Number.MAX_SAFE_INTEGER);
  if (input.question.trim() === '') refuse('question is empty. It must say what you want to know.');
  const idempotencyKey = idempotencyKeyOf(input.idempotencyKey);
  const settings = { cache: cachePolicyOf(input.cache), tags: tagsOf(input.tags), ...(share === undefined ? {} : { share }) };
  const { idempotencyKey: _, ...asked } = input;
  const { collection, question, maxOutputTokens = null } = input;
  const said = input.messages == null ? [] : messagesOf(input.messages, 'messages', services);
  async function standing(
    history: readonly Message[],
    signal: AbortSignal,
  ): Promise<{ readonly searched: string; readonly asked: string }> {
    const followUp = followUpOf(history, question, route);
    const { request, otherwise: searched } = followUp;
    if (request === null) return { searched, asked: followUp.shown ?? searched };
    const call = callFor(asker, { ...settings, route: route.name, signal });
    const written = completionOf(await services.handle.whole(request, call)).text.trim() || searched;
    return { searched: written, asked: written };
  }
  type Answering = Pick<CallSettings, 'id' | 'shown' | 'report'> & { readonly signal: AbortSignal };
  function source(answering: Answering & { readonly id: string }, live: boolean): AsyncIterable<Said> {
    if (turn === null) return answerTo(said, answering, live);
    return turn.answer(answering.id, (history) => answerTo(history, answering, live));
  }
  async function* answerTo(history: readonly Message[], answering: Answering, live: boolean): AsyncGenerator<Said> {
    const { searched, asked } = await standing(history, answering.signal);
    const answer = await services.retrieval.answer({
      collection,
      question: searched,
      shown: shown ?? asked,
      route: route.name,
      first,
      maxOutputTokens,
      principal: context.principal,
      signal: answering.signal,
      context,
      // The call that writes the answer is the completion's, so the completion shows its usage. The search is metered as a call of its own.
      callFor: (want) => callFor(asker, { ...settings, ...want, live, ...(want.purpose === 'answer' ? answering : {}) }),
    });
    if (answer.kind === 'answer') {
      yield* answer.chunks;
      return;
    }
    yield { type: 'warning', message: nothingFound };
    yield { type: 'text', text: answer.message };
    yield { type: 'finish', reason: 'stop' };
  }
  const start = ({ detached = false, live = false }: HowToRun): Promise<Run> =>
    services.runs.start({
      principal: context.principal,
      idempotencyKey,
      input: { kind: 'answer', ...asked },
      route: route.name,
      detached,
      source: (run) => source(run, live),
      ...(turn === null ? {} : { ending: turn.ended }),
    });
  async function answer(): Promise<RunState> {
    if (idempotencyKey !== null || turn !== null) return endOf(await start({}), context.signal);
    return services.runs.answer({
      principal: context.principal,
      route: route.name,
      signal: context.signal,
      ask: (answering) => collect(source(answering, false)),
    });
  }
  return { route: route.name, inputTokens: Math.ceil(question.length / 4), start, answer };
}
