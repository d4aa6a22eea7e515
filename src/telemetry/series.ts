/**
 * Counters and histograms that cost a call some additions. prom-client sorts, joins and checks the labels at every count; here they are
 * looked at once, and a cell of numbers is kept for them. prom-client reads the cells when Prometheus does.
 */
import { Counter, Histogram, type Registry } from 'prom-client';

interface SeriesOptions<Label extends string> {
  readonly registry: Registry;
  readonly name: string;
  readonly help: string;
  readonly labels: readonly Label[];
}

type Labels<Label extends string> = Readonly<Record<Label, string>>;

export interface CountCell {
  value: number;
}

/** Gives the cell of such labels: one cell for equal labels. A cell whose value is 0 is not shown. */
export function countSeries<Label extends string>(options: SeriesOptions<Label>): (labels: Labels<Label>) => CountCell {
  const { cells, cellOf } = cellsBy(options.labels, (labels): CountCell & { labels: Labels<Label> } => ({ labels, value: 0 }));
  const { registry, name, help, labels: labelNames } = options;
  new Counter<Label>({
    name,
    help,
    labelNames,
    registers: [registry],
    collect() {
      this.reset();
      for (const { labels, value } of cells()) if (value > 0) this.inc(labels, value);
    },
  });
  return cellOf;
}

export interface TimeCell {
  observe(seconds: number): void;
}

/** The same for a distribution. `buckets`: the upper bounds, ascending. */
export function timeSeries<Label extends string>(
  options: SeriesOptions<Label> & { readonly buckets: readonly number[] },
): (labels: Labels<Label>) => TimeCell {
  const { registry, name, help, buckets, labels: labelNames } = options;
  const { cells, cellOf } = cellsBy(labelNames, (labels) => distribution(labels, buckets));
  const histogram = new Histogram<Label>({ name, help, buckets: [...buckets], labelNames, registers: [registry] });
  const read = async () => ({
    name,
    help,
    type: 'histogram',
    aggregator: 'sum',
    values: cells().flatMap((cell) => (cell.count() === 0 ? [] : cell.values(name))),
  });
  // The Histogram of prom-client takes single observations only. So the two methods by which the registry reads it give the cells' values.
  Object.assign(histogram, { get: read, getForPromString: read });
  return cellOf;
}

function distribution<Label extends string>(labels: Labels<Label>, buckets: readonly number[]) {
  const counts = new Array<number>(buckets.length).fill(0);
  let count = 0;
  let sum = 0;
  return {
    observe(seconds: number): void {
      let bucket = 0;
      while (bucket < buckets.length && seconds > (buckets[bucket] ?? Number.POSITIVE_INFINITY)) bucket += 1;
      if (bucket < buckets.length) counts[bucket] = (counts[bucket] ?? 0) + 1;
      count += 1;
      sum += seconds;
    },
    count: () => count,
    values(name: string) {
      let below = 0;
      const upTo = buckets.map((le, bucket) => {
        below += counts[bucket] ?? 0;
        return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: below };
      });
      return [
        ...upTo,
        { metricName: `${name}_bucket`, labels: { le: '+Inf', ...labels }, value: count },
        { metricName: `${name}_sum`, labels, value: sum },
        { metricName: `${name}_count`, labels, value: count },
      ];
    },
  };
}

function cellsBy<Label extends string, Cell>(names: readonly Label[], make: (labels: Labels<Label>) => Cell) {
  const cells = new Map<string, Cell>();
  return {
    cells: (): Cell[] => [...cells.values()],
    cellOf(labels: Labels<Label>): Cell {
      const key = keyOf(names.map((name) => labels[name]));
      const cell = cells.get(key) ?? make(labels);
      cells.set(key, cell);
      return cell;
    },
  };
}

/** No label that the gateway gives holds the character between them. */
export const keyOf = (values: readonly string[]): string => values.join('\0');
