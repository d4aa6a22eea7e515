/** What one operation may demand of subgraphs. */
import { wholeNumber } from '../../kinds/numbers.ts';
import { section } from '../../kinds/section.ts';
import { needed } from '../../kinds/setting.ts';

export const demandSection = section('graph.demandControl', {
  /**
   * Maximum demand of one operation, by the weights of the schema: 1 for each object of a result and 10 more for a mutation, or what `@cost` says
   * of a field, a type or an argument. Lists multiply, by `@listSize` or by the arguments that give a length.
   */
  maxCost: needed(wholeNumber()),
  /** Members assumed of a list without a declared size. */
  listSize: wholeNumber({ default: 100 }),
});
