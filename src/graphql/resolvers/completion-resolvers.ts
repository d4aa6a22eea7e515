import type { Principal } from '../../core/call/call.ts';
import { turnIfLarge } from '../../core/turns/large-value.ts';
import type { Run } from '../../runs/run.ts';
import { askingField } from '../call/asker.ts';
import { prepareCompletion } from '../call/completion-run.ts';
import { followEvents, nameEvents } from '../call/delivery.ts';
import type { Resolvers } from '../generated.ts';
import { allFailures, failureAsData } from '../graphql-errors.ts';
import { refuse } from '../refuse.ts';
import type { Services } from '../services.ts';
import { answerEvents, cursorFrom, followRun, wholeAnswer } from './whole-answer.ts';

const startFailures = ['BudgetExceeded', 'RateLimited', 'GuardrailBlocked', 'OtherFailure'] as const;

export function completionResolvers(services: Services): Pick<Resolvers, 'Query' | 'Mutation' | 'Subscription'> {
  const stateOf = (id: string, principal: Principal) => services.runs.state(id, principal);

  return {
    Query: {
      completion: (_, { input }, context, info) => {
        const asker = { services, context, field: askingField(services, info) };
        return wholeAnswer({ input, prepare: () => prepareCompletion(asker, input) }, asker, allFailures);
      },
      completionById: (_, { id }, { principal }) => stateOf(id, principal),
    },
    Mutation: {
      complete: (_, { input }, context, info) => {
        const asker = { services, context, field: askingField(services, info) };
        return wholeAnswer({ input, prepare: () => prepareCompletion(asker, input) }, asker, allFailures);
      },
      startCompletion: async (_, { input }, context, info) => {
        try {
          const turn = turnIfLarge(input);
          if (turn !== null) await turn;
          const prepared = await prepareCompletion({ services, context, field: askingField(services, info) }, input);
          return (await prepared.start({ detached: true, live: true })).state();
        } catch (error) {
          return failureAsData(error, startFailures, services, context.principal);
        }
      },
      async cancelCompletion(_, { id, idempotencyKey }, { principal }) {
        if (typeof id === 'string' && idempotencyKey == null)
          return (await services.runs.find(id, principal))?.cancel() ?? (await stateOf(id, principal));
        if (typeof idempotencyKey === 'string' && id == null)
          return (await services.runs.findByKey(idempotencyKey, principal))?.cancel() ?? null;
        return refuse('cancelCompletion takes either the id of the completion or its idempotencyKey, and one of them it needs.');
      },
    },
    Subscription: {
      completionStream: {
        subscribe: (_, { input, after, delivery }, context, info) => {
          const asker = { services, context, field: askingField(services, info) };
          return nameEvents(
            'completionStream',
            answerEvents({ input, prepare: () => prepareCompletion(asker, input) }, asker, after, delivery),
          );
        },
      },
      completionEvents: {
        subscribe: (_, { id, after, delivery }, context) => {
          const open = (): Promise<Run> => followRun(id, services, context);
          const { signal, delivery: heard = signal } = context;
          return nameEvents(
            'completionEvents',
            followEvents({ open, after: cursorFrom(after, context), delivery, signal: heard, id, route: () => null }),
          );
        },
      },
    },
  };
}
