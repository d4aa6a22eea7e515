/** One event of an event stream as text. `data` is JSON or another text of one line. */
export const writeEvent = (data: string, event = ''): string => (event === '' ? `data: ${data}\n\n` : `event: ${event}\ndata: ${data}\n\n`);
