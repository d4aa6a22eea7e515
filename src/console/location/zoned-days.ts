/** Days of a time zone, as dates such as `2026-11-28` and as the moments at which they begin. */
const formats = new Map<string, Intl.DateTimeFormat>();
const dayMs = 86_400_000;
const hourMs = 3_600_000;

/** The date there at that moment, in milliseconds since 1970. */
export function dateIn(zone: string, at: number): string {
  const known = formats.get(zone);
  const format =
    known ?? new Intl.DateTimeFormat('en-CA', { timeZone: zone, calendar: 'gregory', year: 'numeric', month: '2-digit', day: '2-digit' });
  if (known === undefined) formats.set(zone, format);
  return format.format(at);
}

export const isDate = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(Date.parse(text) || 0).toISOString().startsWith(text);

/** That many days later; earlier where it is negative. */
export const addDays = (date: string, days: number): string => new Date(Date.parse(date) + days * dayMs).toISOString().slice(0, 10);

/** The first moment of the date there. Clocks go forward at midnight in some places, so that the day begins at one o'clock. */
export function beginOfDay(zone: string, date: string): number {
  const quarter = hourMs / 4;
  // No clock is further from UTC than 14 hours. Every zone is whole quarters of an hour from it.
  let before = (Date.parse(date) - 26 * hourMs) / quarter;
  let reached = (Date.parse(date) + 26 * hourMs) / quarter;
  while (reached - before > 1) {
    const middle = Math.floor((before + reached) / 2);
    if (dateIn(zone, middle * quarter) >= date) reached = middle;
    else before = middle;
  }
  return reached * quarter;
}
