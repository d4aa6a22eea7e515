/** A moment, in the time zone of the page. The whole of it, with its zone, stands in the title. */
import { useTimeZone } from '../location/time-zone.ts';

export interface TimeProps {
  /** ISO 8601, or milliseconds since 1970. */
  readonly at: string | number | null | undefined;
  /** Shown where there is none. */
  readonly otherwise?: string;
  readonly isDay?: boolean;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatFor(timeZone: string, style: 'short' | 'day' | 'full'): Intl.DateTimeFormat {
  const name = `${timeZone} ${style}`;
  const known = formats.get(name);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat(undefined, {
    timeZone,
    ...(style === 'full'
      ? { dateStyle: 'full', timeStyle: 'long' }
      : style === 'day'
        ? { dateStyle: 'medium' }
        : { dateStyle: 'medium', timeStyle: 'short' }),
  });
  formats.set(name, made);
  return made;
}

export function Time({ at, otherwise = '–', isDay = false }: TimeProps) {
  const [zone] = useTimeZone();
  if (at === null || at === undefined) return <>{otherwise}</>;
  const moment = new Date(at);
  return (
    <time dateTime={moment.toISOString()} title={formatFor(zone, 'full').format(moment)}>
      {formatFor(zone, isDay ? 'day' : 'short').format(moment)}
    </time>
  );
}
