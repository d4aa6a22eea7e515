/**
 * The thread that books lines of the journal and copies the write-ahead log into the database. It has its own connection, so that parsing, SQLite
 * and a slow disk do not delay the calls.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { GatewayError } from '../../core/errors.ts';
import { migrations } from '../database/migrate.ts';
import { openSqlite } from '../database/sqlite.ts';
import { checkpointPages } from '../database/write-ahead-log.ts';
import { bookOn } from './book-lines.ts';
import type { BookingAnswer, BookingFailure, ThreadOrder } from './booking-worker.ts';

const { file } = workerData as { readonly file: string };
const database = openSqlite(file, migrations, { checkpointPages });
const book = bookOn(database);

/** The failure as plain data, because an instance of a class cannot pass between threads. */
const failureOf = (error: unknown): BookingFailure => {
  const { message } = error instanceof Error ? error : new Error(String(error));
  return error instanceof GatewayError ? { message, code: error.code, details: error.details } : { message };
};

async function answerTo(order: ThreadOrder): Promise<BookingAnswer> {
  if (order.kind === 'checkpoint') {
    // A checkpoint that fails is repeated at the next order.
    await database.exec('pragma wal_checkpoint(passive)').catch(() => {});
    return { isCopied: true };
  }
  return book(order.owner, order.texts).then(
    (booked) => ({ booked }),
    (error: unknown) => ({ failure: failureOf(error) }),
  );
}

parentPort?.on('message', async (order: ThreadOrder) => parentPort?.postMessage(await answerTo(order)));
parentPort?.postMessage({ isReady: true } satisfies BookingAnswer);
