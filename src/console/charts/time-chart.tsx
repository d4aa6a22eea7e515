/** Bars over time: with a name, a summary, a cursor that the arrow keys move, and a table of the same figures. */
import 'uplot/dist/uPlot.min.css';
import './time-chart.css';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import uPlot from 'uplot';
import { DataTable } from '../parts/data-table.tsx';

export interface TimePoint {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** For the eye alone: figures stand in `text`. */
  readonly value: number;
  readonly when: string;
  readonly text: string;
}

export interface TimeChartProps {
  readonly name: string;
  readonly summary: string;
  /** Of the figures, such as `Cost`. */
  readonly measure: string;
  readonly points: readonly TimePoint[];
  readonly from: number;
  readonly to: number;
  readonly timeZone: string;
}

const height = 200;

export function TimeChart({ name, summary, measure, points, from, to, timeZone }: TimeChartProps) {
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [at, setAt] = useState<number | null>(null);
  const [theme, setTheme] = useState(0);
  const id = useId();

  useEffect(() => {
    const changed = (): void => setTheme((before) => before + 1);
    const media = matchMedia('(prefers-color-scheme: dark)');
    const forced = matchMedia('(forced-colors: active)');
    media.addEventListener('change', changed);
    forced.addEventListener('change', changed);
    const chosen = new MutationObserver(changed);
    chosen.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    return () => {
      media.removeEventListener('change', changed);
      forced.removeEventListener('change', changed);
      chosen.disconnect();
    };
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme has other colours, which a canvas does not follow by itself.
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const colour = (property: string): string => {
      const probe = element.appendChild(document.createElement('i'));
      probe.style.color = `var(${property})`;
      const { color } = getComputedStyle(probe);
      probe.remove();
      return color;
    };
    const [bar, text, line] = [colour('--series-1'), colour('--soft'), colour('--line')];
    const axis = { stroke: text, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 }, font: '12px system-ui' };
    const bars = uPlot.paths.bars;
    const made = new uPlot(
      {
        width: element.clientWidth,
        height,
        legend: { show: false },
        tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), timeZone),
        scales: { x: { time: true, range: [from / 1_000, to / 1_000] }, y: { range: (_, __, max) => [0, max > 0 ? max * 1.05 : 1] } },
        axes: [axis, { ...axis, size: 64 }],
        series: [
          {},
          {
            stroke: bar,
            fill: bar,
            width: 0,
            points: { show: false },
            ...(bars === undefined ? {} : { paths: bars({ size: [0.8, 40], align: 1 }) }),
          },
        ],
        cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
        hooks: { setCursor: [(self) => setAt(self.cursor.idx ?? null)] },
      },
      [points.map((point) => point.at / 1_000), points.map(({ value }) => value)],
      element,
    );
    plot.current = made;
    const sized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    sized.observe(element);
    return () => {
      sized.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [points, from, to, timeZone, theme]);

  function move(event: KeyboardEvent): void {
    const last = points.length - 1;
    const next = { ArrowLeft: Math.max(0, (at ?? last + 1) - 1), ArrowRight: Math.min(last, (at ?? -1) + 1), Home: 0, End: last }[
      event.key
    ];
    const point = next === undefined ? undefined : points[next];
    if (next === undefined || point === undefined || plot.current === null) return;
    event.preventDefault();
    plot.current.setCursor({ left: plot.current.valToPos(point.at / 1_000, 'x') + 2, top: 0 }, false);
    setAt(next);
  }

  const shown = at === null ? undefined : points[at];
  return (
    <figure className="chart card" aria-labelledby={id}>
      <figcaption>
        <h2 id={id}>{name}</h2>
        <p className="hint">{summary}</p>
      </figcaption>
      <div
        ref={frame}
        className="chart-plot"
        role="img"
        aria-label={`${name}. ${summary} The arrow keys read its bars.`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys move its cursor.
        tabIndex={0}
        onKeyDown={move}
      />
      <p className="chart-cursor" role="status">
        {shown === undefined ? '\u00a0' : `${shown.when}: ${shown.text}`}
      </p>
      <details>
        <summary>The figures as a table</summary>
        <DataTable
          caption={name}
          columns={[
            { name: 'Time', cell: ({ when }: TimePoint) => when },
            { name: measure, cell: ({ text }) => text, isNumber: true },
          ]}
          rows={points}
          keyOf={({ at: start }) => String(start)}
          empty={<p>Nothing in this time.</p>}
        />
      </details>
    </figure>
  );
}
