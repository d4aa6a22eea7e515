/** Resolves `@answer` fields: a question about the entity, answered from a collection's documents, with citations. */
import { type GraphQLFieldResolver, getNamedType } from 'graphql';
import { throwIfAborted } from '../../core/turns/abort.ts';
import type { AnswerField } from '../../fields/ai-field.ts';
import { renderPlain, renderQuestion } from '../../fields/template.ts';
import type { OperationContext } from '../../operations/context.ts';
import { isNoAnswer, prepareAnswer } from '../call/answer-run.ts';
import { askingField } from '../call/asker.ts';
import { entityCeiling } from '../quote/quote-rules.ts';
import type { Services } from '../services.ts';
import { callsAtOnce, turnIn } from './together.ts';

/** The number of passages that `aiAnswer` shows a model by default. */
const passages = 8;

/**
 * A field of type String is the text of the answer; one of type AiAnswer has the citations too. The field is null when nothing relevant was
 * found.
 */
export function answerResolver(
  field: AnswerField,
  services: Services,
): GraphQLFieldResolver<unknown, OperationContext, Record<string, unknown>> {
  return async (entity, args, context, info) => {
    const reserved = entityCeiling(field, services).cost ?? 0;
    const share = context.hold.share();
    const prepared = prepareAnswer(
      { services, context, field: askingField(services, info) },
      {
        collection: field.collection,
        question: renderPlain(field.question, args, entity),
        route: field.route,
        first: passages,
        maxOutputTokens: field.maxOutputTokens,
      },
      { shown: renderQuestion(field.question, args, entity), share },
    );
    const state = await turnIn(
      context,
      field.coordinate,
      callsAtOnce,
    )(async () => {
      throwIfAborted(context.signal);
      return prepared.answer();
    }).finally(() => {
      if (share.drawn() < reserved) void context.hold.giveBack(reserved - share.drawn()).catch(() => {});
    });
    if (isNoAnswer(state)) return null;
    const { text, citations } = state.completion;
    return getNamedType(info.returnType).name === 'AiAnswer' ? { completion: state, text, citations } : text;
  };
}
