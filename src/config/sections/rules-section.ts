/** Rules as code: which deployments the calls of which teams, with which data, may use. */
import { listOf, routeNames } from '../kinds/composed.ts';
import { wholeNumber } from '../kinds/numbers.ts';
import { section } from '../kinds/section.ts';
import { needed } from '../kinds/setting.ts';
import { nameOf, text } from '../kinds/texts.ts';

export const ruleSection = section(
  'rules.<n>',
  {
    /** Name of the rule in refusals. */
    name: needed(text({ whenEmpty: 'It is how refusals name the rule, such as personal-data-stays-here.' })),
    /** Teams whose calls the rule is for. */
    teams: listOf(text(), { otherwise: 'everybody' }),
    /** Routes that the rule is for. */
    routes: routeNames('every route'),
    /**
     * Limits the rule to calls whose prompts contain a field with one of these classes: `@dataClass(name: "personal")` in the files of
     * `graph.fields`, or in the SDL of the subgraph that owns the field.
     */
    dataClasses: listOf(text(), { otherwise: 'whatever is sent' }),
    /** Deployments that such calls may use. */
    deployments: listOf(nameOf('deployments'), { otherwise: 'all' }),
    /** Models that such calls may use, as deployments name them. `gpt-5*` matches every model whose name begins that way. */
    models: listOf(text(), { otherwise: 'all' }),
    /** Regions that such calls may use, as deployments name them. A deployment without a region is in none. */
    regions: listOf(text(), { otherwise: 'all' }),
    /** Maximum input of such a call in tokens, system prompts included. */
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
