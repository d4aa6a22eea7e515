/** The subgraphs or the supergraph, the files of AI fields and prompts, and the bounds of an operation. */

import type { Policy } from '../../../server/policy-judge.ts';
import { each, listOf, makeValue } from '../../kinds/composed.ts';
import { seconds, wholeNumber } from '../../kinds/numbers.ts';
import { section } from '../../kinds/section.ts';
import { needed, type SettingsOf } from '../../kinds/setting.ts';
import { file, flag, oneOf, text, usd } from '../../kinds/texts.ts';
import { showValue } from '../../mistake-sentences.ts';
import { demandSection } from './demand-section.ts';
import { headerName, headers } from './header-settings.ts';
import { subgraphSection } from './subgraph-section.ts';
import { supergraph } from './supergraph-section.ts';
import { trustedDocumentsSection } from './trusted-documents-section.ts';

const contractSection = section('graph.contracts.<name>', {
  /**
   * Everything with one of these tags (`@tag(name:)`) is hidden: in the schema, in validation, in suggestions and in answers. What cannot be used
   * without it is hidden too.
   */
  excludeTags: needed(
    listOf(text({ accepted: 'the name of a tag' }), {
      accepted: 'a list of names of tags',
      whenEmpty: (path) => [`${path} is empty. A contract without tags is the whole graph.`],
    }),
  ),
});

const policy = makeValue<Policy>(
  'function',
  'a function that says whether the principal may have what the policy guards',
  (value) => typeof value === 'function',
);

export const graphSection = section(
  'graph',
  {
    /** False: the supergraph is served without the AI subgraph. */
    ai: flag({ default: true }),
    /** A composed supergraph: a file, an address, or the place where a registry serves it. `subgraphs` then says how its subgraphs are called. */
    supergraph,
    /** The subgraphs of other teams, composed with the AI subgraph by the gateway; beside `supergraph`, settings for subgraphs of it, by name. */
    subgraphs: listOf(subgraphSection),
    /** SDL files with AI fields on other teams' entities. */
    fields: listOf(file()),
    /** Folder of prompt templates: Markdown with front matter. */
    prompts: file(),
    /** Which documents callers may send. Without it: any. */
    trustedDocuments: trustedDocumentsSection,
    /** How often subgraphs are asked for their SDL, and servers and files for the supergraph; 0 never asks again. */
    pollSeconds: seconds({ accepted: 'a number of seconds, 0 or more; 0 never asks again', default: 10 }),
    /**
     * Headers of clients that are sent to all subgraphs. `authorization` is not among them unless it is named. A key of this gateway is never sent.
     */
    forwardHeaders: listOf(headerName, { default: [] }),
    /** Headers that the gateway itself sends when it reads entities for an index, through the same allow-list. Only what they can see is found. */
    indexHeaders: headers,
    /** The maximum cost of one operation (of a subscription, all its events), in US dollars as decimal text. */
    maxCostPerOperation: usd('0.50', { otherwise: 'no more than its budgets' }),
    /** Maximum number of objects that one operation may collect from the subgraphs. Lists in lists multiply. */
    maxObjects: wholeNumber({ accepted: 'a whole number from 1 on', default: 50_000 }),
    /**
     * Functions for `@policy`, by name of the policy: `(principal, { headers, operationName, client, signal }) => boolean`, or a promise of it.
     * Each is called once per operation that needs it, before the operation runs. A function that throws denies. A supergraph with a policy that
     * has no function is not served.
     */
    policies: each(policy),
    /**
     * Variants of the graph without everything that has certain tags, by name: for teams, for anonymous callers, and at the path `/graphql/NAME`
     * for everybody.
     */
    contracts: each(contractSection),
    /**
     * Limits what one operation may demand of subgraphs, before it runs. A field whose `@listSize` has slicing arguments then needs exactly one of
     * them, unless `requireOneSlicingArgument` is false.
     */
    demandControl: demandSection,
    /** What executes operations over several subgraphs. `auto`: the query planner where it loads (Linux with glibc, macOS), otherwise stitching. */
    engine: oneOf(['auto', 'planner', 'stitching'], { plural: 'Engines', default: 'auto' }),
    /** Labels of progressive `@override` that are on. `percent(x)` is not listed: it is drawn once per operation. */
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
      {
        reads: ['contracts', 'supergraph', 'subgraphs'],
        mistakes({ contracts, supergraph, subgraphs = [] }) {
          const misnamed = Object.keys(contracts ?? {}).filter((name) => !/^[\w-]+$/.test(name));
          if (contracts !== undefined && supergraph === undefined && subgraphs.length === 0)
            return ['graph.contracts needs graph.subgraphs or graph.supergraph: the AI subgraph alone has no tags.'];
          const taken = Object.hasOwn(contracts ?? {}, 'schema')
            ? ['graph.contracts.schema is no name of a contract: /graphql/schema shows the schema of the graph. Choose another name.']
            : [];
          const sentences = misnamed.map(
            (name) =>
              `graph.contracts.${name} is no name of a contract. It must have letters, digits, _ and - alone, since it stands in a path.`,
          );
          return [...taken, ...sentences];
        },
      },
    ],
  },
);

const repeatedNames = (subgraphs: readonly SettingsOf<typeof subgraphSection.table>[]): readonly string[] =>
  subgraphs.flatMap(({ name }, index) =>
    subgraphs.findIndex((other) => other.name === name) === index
      ? []
      : [`graph.subgraphs.${index}.name is ${showValue(name)} a second time. Each subgraph needs a name of its own.`],
  );
