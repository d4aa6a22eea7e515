/** A route: the deployments that a call may go to, and the rule for trying them. */
import type { Strategy } from '../../routing/route.ts';
import { type StrategyName, strategies } from '../../routing/strategies.ts';
import { functionOr, listOf, noneOf } from '../kinds/composed.ts';
import { milliseconds, wholeNumber } from '../kinds/numbers.ts';
import { section } from '../kinds/section.ts';
import { needed } from '../kinds/setting.ts';
import { nameOf, oneOf, text } from '../kinds/texts.ts';

const hedgeSection = section('routes.<name>.hedge', {
  /** Milliseconds without a chunk after which the second deployment is asked. */
  afterMs: needed(milliseconds()),
});

export const routeSection = section(
  'routes.<name>',
  {
    /** What the route is for, as `aiRoutes` shows it. */
    description: text(),
    /** In the order in which they are tried. */
    deployments: needed(listOf(nameOf('deployments'), { whenEmpty: noneOf('deployments', 'Deployments') })),
    /**
     * What orders the deployments before each call: a name, or a function of your own. It returns some of the deployments that it is
     * given, in its order. When it throws, or returns anything else, they are tried as configured, and the log says so.
     */
    strategy: functionOr<Strategy, StrategyName, 'ordered'>(
      oneOf(Object.keys(strategies) as StrategyName[], { plural: 'Strategies', default: 'ordered' }),
      'a function from deployments, request and health to the deployments in order',
    ),
    /**
     * A system prompt before what callers ask of the route in `prompt.text` and `prompt.messages`. They can neither replace nor read it. AI
     * fields, templates and answers from documents have prompts of their own.
     */
    system: text({ whenEmpty: 'Write what models shall know first, or leave it out.' }),
    /** SYSTEM messages of callers beside a system prompt of the route, or of a template: they are refused, or they stand behind it. */
    callerSystem: oneOf(['refuse', 'after'], { plural: 'Choices', default: 'refuse' }),
    /** How long answers may be reused. */
    cacheSeconds: wholeNumber({ unit: 'seconds', otherwise: 'they are not' }),
    /** Attempts in total, over all deployments, the repair of structured output included. */
    attempts: wholeNumber({ otherwise: 'one for each deployment, and one more' }),
    /**
     * A second deployment is asked as well when the first has shown nothing after so many milliseconds. The one that speaks first
     * answers, the other is aborted; both are paid for. For rare slow starts: choose what nineteen of twenty calls take.
     */
    hedge: hedgeSection,
    /** Time to the first chunk. */
    firstChunkMs: milliseconds({ default: 30_000 }),
    /** Time between two chunks. */
    idleMs: milliseconds({ default: 20_000 }),
    /**
     * Whether a provider is asked for a whole answer instead of a stream where nobody watches it grow: `auto` where the longest answer would
     * take at most `wholeModeMs` at the rate that was learned of the deployment, and no hedge waits for a first chunk.
     */
    wholeMode: oneOf(['auto', 'always', 'never'], { plural: 'Modes', default: 'auto' }),
    /** Longest answer, in time, that `wholeMode: 'auto'` asks for as a whole. */
    wholeModeMs: milliseconds({ default: 10_000 }),
    /** Time for the whole call, retries included. */
    totalMs: milliseconds({ default: 300_000 }),
    /** Keys of `providerOptions` that callers may set. */
    providerOptions: listOf(text(), { default: [] }),
  },
  {
    rules: [
      {
        reads: ['deployments', 'hedge', 'attempts'],
        mistakes: ({ deployments, hedge, attempts = 2 }, path) =>
          hedge !== undefined && (new Set<unknown>(deployments).size < 2 || attempts < 2)
            ? [`${path}.hedge needs a second deployment and a second attempt. Name another in ${path}.deployments, or leave hedge out.`]
            : [],
      },
    ],
  },
);
