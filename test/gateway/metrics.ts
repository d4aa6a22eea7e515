/** `/metrics` as Prometheus reads it. */
import type { TestGateway } from '../harness.ts';

export interface Exposed {
  readonly text: string;
  /** Of the one series with that name and those labels; null: there is none. */
  value(name: string, labels?: Readonly<Record<string, string>>): number | null;
  /** Lines that are values. */
  readonly series: readonly string[];
}

export const read = (gateway: TestGateway, key: string | null = gateway.developmentKey): Promise<Response> =>
  fetch(gateway.metricsUrl ?? 'http://metrics.are.off', key === null ? {} : { headers: { authorization: `Bearer ${key}` } });

export async function exposed(gateway: TestGateway): Promise<Exposed> {
  const response = await read(gateway);
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  const series = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return {
    text,
    series,
    value(name, labels = {}) {
      const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
      const found = series.filter((line) => {
        const [, of, written = ''] = /^([a-z0-9_]+)(?:\{(.*)\})? /.exec(line) ?? [];
        return of === name && wanted.every((each) => written.split(/,(?=[a-z_]+=)/).includes(each));
      });
      if (found.length > 1) throw new Error(`${name} with ${wanted.join(', ')} has ${found.length} series:\n${found.join('\n')}`);
      return found[0] === undefined ? null : Number(found[0].split(' ').at(-1));
    },
  };
}
