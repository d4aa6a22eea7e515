/**
 * How often the tests repeat what chance or the moment decides: kills, soaks, races, drawn inputs. `npm test` runs one round of each;
 * `npm run bench -- drills` runs ten. This is the one place that reads the environment for it.
 */
export const rounds = readRounds(process.env['FIELDGATE_TEST_ROUNDS']);

/** One of two inputs: what `npm test` has time for, or what the drills try. */
export const perRound = <T>(once: T, often: T): T => (rounds === 1 ? once : often);

function readRounds(text = '1'): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new Error(`FIELDGATE_TEST_ROUNDS is "${text}". It takes a whole number from 1 on.`);
  return count;
}
