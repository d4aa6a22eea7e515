/** The subgraphs or the supergraph, the files of AI fields and prompts, and the bounds of an operation. */
import { listOf } from '../../kinds/composed.ts';
import { seconds, wholeNumber } from '../../kinds/numbers.ts';
import { section } from '../../kinds/section.ts';
import type { SettingsOf } from '../../kinds/setting.ts';
import { file, flag, text, usd } from '../../kinds/texts.ts';
import { showValue } from '../../mistake-sentences.ts';
import { headerName, headers } from './header-settings.ts';
import { subgraphSection } from './subgraph-section.ts';

export const graphSection = section(
  'graph',
  {
    /** False serves the supergraph without the AI subgraph. */
    ai: flag({ default: true }),
    /** A composed supergraph, as a file. `subgraphs` then says how its subgraphs are asked. */
    supergraph: file(),
    /** The subgraphs of other teams, composed with the AI subgraph by the gateway; beside `supergraph`, settings for subgraphs of it, by name. */
    subgraphs: listOf(subgraphSection),
    /** SDL files with AI fields on other teams' entities. */
    fields: listOf(file()),
    /** Folder of prompt templates: Markdown with front matter. */
    prompts: file(),
    /** How often remote SDL is asked for; 0 never asks again. */
    pollSeconds: seconds({ accepted: 'a number of seconds, 0 or more; 0 never asks again', default: 10 }),
    /** Headers of clients that all subgraphs are sent. `authorization` is not among them unless it is named; a key of this gateway never goes on. */
    forwardHeaders: listOf(headerName, { default: [] }),
    /** Headers of the gateway itself when it reads entities for an index, through the same allow-list: what they show is what is found. */
    indexHeaders: headers,
    /** The maximum cost of one operation (of a subscription, all its events), in US dollars as decimal text. */
    maxCostPerOperation: usd('0.50', { otherwise: 'no more than its budgets' }),
    /** Objects that one operation may gather from the subgraphs: lists in lists multiply. */
    maxObjects: wholeNumber({ accepted: 'a whole number from 1 on', default: 50_000 }),
    /** Labels of progressive `@override` that are on. `percent(x)` needs none: it is drawn once per operation. */
    overrideLabels: listOf(
      text({
        accepted: 'a label of @override, such as "new-prices"; percent(x) is drawn and cannot be turned on',
        fits: (label) => !label.startsWith('percent('),
      }),
      { default: [] },
    ),
  },
  {
    renamed: { mostPerOperation: 'maxCostPerOperation', mostObjects: 'maxObjects' },
    rules: [
      {
        reads: ['supergraph', 'subgraphs'],
        mistakes: ({ supergraph, subgraphs = [] }) =>
          subgraphs.flatMap(({ url, sdl }, index) => {
            if (supergraph === undefined)
              return url === undefined
                ? [`graph.subgraphs.${index}.url is missing. It must be ${subgraphSection.table.url.facts.accepted}.`]
                : [];
            return sdl === undefined
              ? []
              : [`graph.subgraphs.${index}.sdl is of no use beside graph.supergraph, which is composed already. Leave one out.`];
          }),
      },
      {
        reads: ['ai'],
        mistakes: ({ ai, supergraph, subgraphs }) =>
          ai === false && supergraph === undefined && (subgraphs === undefined || subgraphs.length === 0)
            ? ['graph.ai is false, and there is no other graph. Give graph.supergraph or graph.subgraphs, or serve the AI subgraph.']
            : [],
      },
      {
        reads: ['ai'],
        mistakes: ({ ai, fields }) =>
          ai === false && fields !== undefined && fields.length > 0
            ? ['graph.ai is false, but graph.fields has AI fields. Leave one out.']
            : [],
      },
      { reads: ['subgraphs'], mistakes: ({ subgraphs = [] }) => repeatedNames(subgraphs) },
    ],
  },
);

const repeatedNames = (subgraphs: readonly SettingsOf<typeof subgraphSection.table>[]): readonly string[] =>
  subgraphs.flatMap(({ name }, index) =>
    subgraphs.findIndex((other) => other.name === name) === index
      ? []
      : [`graph.subgraphs.${index}.name is ${showValue(name)} a second time. Each subgraph needs a name of its own.`],
  );
