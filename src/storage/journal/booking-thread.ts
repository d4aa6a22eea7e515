/** The thread that books lines of the journal: it has a connection of its own, so that neither parsing nor SQLite holds up the calls. */
import { parentPort, workerData } from 'node:worker_threads';
import { GatewayError } from '../../core/errors.ts';
import { migrations } from '../database/migrate.ts';
import { openSqlite } from '../database/sqlite.ts';
import { bookOn } from './book-lines.ts';
import type { BookingAnswer, BookingFailure, BookingOrder } from './booking-worker.ts';

const book = bookOn(openSqlite(String((workerData as { readonly file: string }).file), migrations));

/** A failure as plain data: no class passes from one thread to another. */
const failureOf = (error: unknown): BookingFailure => {
  const { message } = error instanceof Error ? error : new Error(String(error));
  return error instanceof GatewayError ? { message, code: error.code, details: error.details } : { message };
};

parentPort?.on('message', async ({ owner, texts }: BookingOrder) => {
  const answer: BookingAnswer = await book(owner, texts).then(
    (booked) => ({ booked }),
    (error: unknown) => ({ failure: failureOf(error) }),
  );
  parentPort?.postMessage(answer);
});
parentPort?.postMessage({ isReady: true } satisfies BookingAnswer);
