/** What the page of spending shows, as it stands in its address; and which questions that is to the gateway. */

import { codecOf, oneOf, placeOf, textParam, textsParam } from '../../location/url-state.ts';
import { addDays, beginOfDay, dateIn, isDate } from '../../location/zoned-days.ts';
import type { AiUsageFilter, AiUsageInput, SpendQueryVariables } from './spend.generated.ts';

export const spendState = codecOf({
  by: oneOf(['screens', 'team', 'principal', 'user', 'client', 'coordinate', 'model', 'route', 'agent', 'cache', 'outcome', 'tag']),
  tag: textParam(),
  /** `auto`: cost, and tokens where all cost is 0. */
  metric: oneOf(['auto', 'cost', 'tokens', 'calls']),
  range: oneOf(['30d', '24h', '7d', '90d', 'month', 'custom']),
  from: textParam(),
  to: textParam(),
  /** `client=web`; `client=` for calls without one; `tag:feature=search`. */
  where: textsParam,
  /** Operations and fields of the tree that are open. */
  open: textsParam,
  show: oneOf(['figures', 'calls']),
  call: textParam(),
});

export type SpendState = ReturnType<typeof spendState.read>;
export type Metric = 'cost' | 'tokens' | 'calls';

export const dimensions = {
  screens: 'Operations, fields and models',
  team: 'Teams',
  principal: 'Keys',
  user: 'Users',
  client: 'Clients',
  coordinate: 'Fields',
  model: 'Models',
  route: 'Routes',
  agent: 'Agents',
  cache: 'Caches',
  outcome: 'Outcomes',
  tag: 'A tag',
} as const satisfies Record<SpendState['by'], string>;

/** Lists of the filter, by the name of the dimension. */
const lists = {
  coordinate: 'coordinates',
  operation: 'operations',
  client: 'clients',
  principal: 'principals',
  user: 'users',
  agent: 'agents',
  session: 'sessions',
  team: 'teams',
  organisation: 'organisations',
  route: 'routes',
  deployment: 'deployments',
  model: 'models',
  outcome: 'outcomes',
  cache: 'caches',
} as const;

export type FilterName = keyof typeof lists;
export const filterNames = Object.keys(lists) as FilterName[];

const dayMs = 86_400_000;
const hourMs = 3_600_000;

export interface Range {
  readonly from: number;
  readonly to: number;
  readonly interval: 'HOUR' | 'DAY';
}

/** From the begin of a day to the end of another, in the zone; `now` is in the last one. */
export function rangeOf({ range, from, to }: Pick<SpendState, 'range' | 'from' | 'to'>, zone: string, now: number): Range {
  const today = dateIn(zone, now);
  const days = (first: string, last: string): Range => {
    const [begin, end] = [beginOfDay(zone, first), beginOfDay(zone, addDays(last, 1))];
    return { from: begin, to: end, interval: end - begin > 3 * dayMs ? 'DAY' : 'HOUR' };
  };
  if (range === '24h') {
    const end = Math.floor(now / hourMs + 1) * hourMs;
    return { from: end - dayMs, to: end, interval: 'HOUR' };
  }
  if (range === 'month') return days(`${today.slice(0, 8)}01`, today);
  if (range === 'custom' && isDate(from) && isDate(to) && from <= to) return days(from, to);
  return days(addDays(today, range === '7d' ? -6 : range === '90d' ? -89 : -29), today);
}

export function filterOf(where: readonly string[]): AiUsageFilter {
  const values = new Map<string, (string | null)[]>();
  const tags: Record<string, string> = {};
  for (const text of where) {
    const at = text.indexOf('=');
    const [name, value] = [text.slice(0, at), text.slice(at + 1)];
    const list = filterNames.find((one) => one === name);
    if (name.startsWith('tag:')) tags[name.slice(4)] = value;
    else if (list !== undefined) values.set(lists[list], [...(values.get(lists[list]) ?? []), value === '' ? null : value]);
  }
  return { ...Object.fromEntries(values), ...(Object.keys(tags).length === 0 ? {} : { tags }) };
}

const upper = <Name extends string>(name: Name): Uppercase<Name> => name.toUpperCase() as Uppercase<Name>;

const orders = { cost: 'COST', tokens: 'TOKENS', calls: 'CALLS' } as const;
const maxRows = 1_000;

/** The variables of the page's one query. */
export function questionsOf(state: SpendState, zone: string, now: number): SpendQueryVariables {
  const { from, to, interval } = rangeOf(state, zone, now);
  const base = {
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    timeZone: zone,
    where: filterOf(state.where),
    first: maxRows,
  };
  const { by } = state;
  const groupBy: AiUsageInput['groupBy'] = by === 'screens' ? ['OPERATION', 'COORDINATE', 'MODEL'] : by === 'tag' ? [] : [upper(by)];
  const orderBy = orders[state.metric === 'auto' ? 'cost' : state.metric];
  const rows = by === 'tag' ? { ...base, groupBy, groupByTags: [state.tag], orderBy } : { ...base, groupBy, orderBy };
  return {
    rows,
    screens: { ...base, groupBy: ['OPERATION'], orderBy },
    times: { ...base, groupBy: [], interval },
    failures: { ...base, groupBy: ['OUTCOME'], orderBy: 'FAILED_COST' },
  };
}

/** The address of the page with a part of its state changed. */
export const hrefWith = (search: string, part: Partial<SpendState>): string =>
  `#${placeOf('/spend', spendState.write({ ...spendState.read(search), ...part }, search))}`;

/** `where` with this one, and without others of the name. */
export const narrowed = (
  where: readonly string[],
  ...more: readonly (readonly [name: string, value: string | null])[]
): readonly string[] => [
  ...where.filter((text) => !more.some(([name]) => text.startsWith(`${name}=`))),
  ...more.map(([name, value]) => `${name}=${value ?? ''}`),
];
