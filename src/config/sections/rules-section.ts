/** Rules as code: what calls of which teams and with which data may go to which deployments. */
import { listOf, routeNames } from '../kinds/composed.ts';
import { wholeNumber } from '../kinds/numbers.ts';
import { section } from '../kinds/section.ts';
import { needed } from '../kinds/setting.ts';
import { nameOf, text } from '../kinds/texts.ts';

export const ruleSection = section(
  'rules.<n>',
  {
    /** How refusals name it. */
    name: needed(text({ whenEmpty: 'It is how refusals name the rule, such as personal-data-stays-here.' })),
    /** The teams whose calls it is about. */
    teams: listOf(text(), { otherwise: 'everybody' }),
    /** The routes that it is about. */
    routes: routeNames('every route'),
    /** It is about calls whose prompts have a field with one of these classes in them: `@dataClass(name: "personal")` in the files of `graph.fields`, or in the SDL of the subgraph that owns the field. */
    dataClasses: listOf(text(), { otherwise: 'whatever is sent' }),
    /** The deployments that such calls may go to. */
    deployments: listOf(nameOf('deployments'), { otherwise: 'all' }),
    /** The models that they may go to, as deployments name them; `gpt-5*` is every model whose name begins so. */
    models: listOf(text(), { otherwise: 'all' }),
    /** The regions that they may go to, as deployments name them. A deployment without a region is in none. */
    regions: listOf(text(), { otherwise: 'all' }),
    /** The longest input of such a call, system prompts included. */
    maxInputTokens: wholeNumber({ unit: 'tokens', otherwise: 'no limit of the rule' }),
  },
  {
    rules: [
      {
        reads: [],
        mistakes: ({ deployments, models, regions, maxInputTokens }, path) =>
          [deployments, models, regions, maxInputTokens].every((allowed) => allowed === undefined)
            ? [`${path} allows everything. Give deployments, models, regions or maxInputTokens.`]
            : [],
      },
    ],
  },
);
