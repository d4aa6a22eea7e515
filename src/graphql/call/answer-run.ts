/** Runs an answer from documents as a run: finding the passages and writing the answer are its source. */
import type { Said } from '../../core/batch.ts';
import { collect } from '../../core/chunk.ts';
import { type CallSettings, callFor } from '../../operations/field-call.ts';
import type { HoldShare } from '../../operations/operation-hold.ts';
import { chooseRoute } from '../../operations/route-choice.ts';
import type { Run, RunState } from '../../runs/run.ts';
import type { AiAnswerInput } from '../generated.ts';
import { checkWhole, refuse } from '../refuse.ts';
import type { Asker } from './asker.ts';
import { cachePolicyOf, idempotencyKeyOf, tagsOf } from './call-input.ts';
import { endOf, type HowToRun, type PreparedRun } from './completion-run.ts';

/** The completion itself says that nothing was found, so that a reader who attaches later can tell it from an answer. */
const nothingFound = 'Nothing relevant was found; no model was asked.';

export const isNoAnswer = (state: RunState): boolean => state.completion.warnings.includes(nothingFound);

export interface AnswerSettings {
  /** See `Question` in `retrieval/`. Default: the question. */
  readonly shown?: string;
  /** The hold that its calls draw on. Default: the operation's hold. */
  readonly share?: HoldShare;
}

export function prepareAnswer(asker: Asker, input: AiAnswerInput, { shown = input.question, share }: AnswerSettings = {}): PreparedRun {
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
  async function* source(answering: Pick<CallSettings, 'id' | 'signal' | 'shown' | 'report'>, live: boolean): AsyncGenerator<Said> {
    const answer = await services.retrieval.answer({
      collection,
      question,
      shown,
      route: route.name,
      first,
      maxOutputTokens,
      principal: context.principal,
      signal: answering.signal,
      context,
      // The call that writes the answer is the completion's, so its usage is the completion's. The search is metered beside it.
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
    });
  async function answer(): Promise<RunState> {
    if (idempotencyKey !== null) return endOf(await start({}), context.signal);
    return services.runs.answer({
      principal: context.principal,
      route: route.name,
      signal: context.signal,
      ask: (answering) => collect(source(answering, false)),
    });
  }
  return { route: route.name, inputTokens: Math.ceil(question.length / 4), start, answer };
}
