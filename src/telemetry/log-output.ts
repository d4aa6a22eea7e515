/**
 * Writes log lines to standard output without ever blocking or failing.
 *
 * Lines wait in a bounded buffer and are written in the background, so that no call waits for the disk or for a reader.
 * Lines that cannot be written (a full disk, a slow or missing reader) are dropped and counted; the count is logged when
 * there is room again.
 */
import { fstatSync, write as writeTo } from 'node:fs';
import { isatty } from 'node:tty';

export interface LogOutput {
  /** One line, with its line break. */
  write(line: string): void;
  /** Lines that were lost since the start. */
  dropped(): number;
  /** Resolves when what waits is written or lost, after `maxMs` at the latest. */
  flush(maxMs: number): Promise<void>;
}

/** Writes all of it, or rejects with what the system says. */
export type Sink = (text: string) => Promise<void>;

export interface LogOutputOptions {
  readonly sink?: Sink;
  /** Bytes (UTF-16 units, about) that may wait. Default 1 MiB: some thousand lines. */
  readonly maxWaiting?: number;
  /** Milliseconds before a sink that failed is tried again. Default 1,000. */
  readonly retryMs?: number;
}

const usualWaiting = 1024 * 1024;
const usualRetryMs = 1_000;
const flushEveryMs = 10;

export function logOutput(options: LogOutputOptions = {}): LogOutput {
  const { sink = standardOutput(), maxWaiting = usualWaiting, retryMs = usualRetryMs } = options;
  let waiting: string[] = [];
  let waitingLength = 0;
  let writing = false;
  let restUntil = 0;
  let dropped = 0;
  let told = 0;

  const lose = (lines: number): void => {
    dropped += lines;
  };

  async function writeAll(): Promise<void> {
    writing = true;
    while (waiting.length > 0) {
      const lines = waiting;
      waiting = [];
      waitingLength = 0;
      const lost = dropped;
      try {
        await sink(lost > told ? `${lostLine(lost - told)}${lines.join('')}` : lines.join(''));
        told = lost;
      } catch {
        lose(lines.length);
        restUntil = performance.now() + retryMs;
        break;
      }
    }
    writing = false;
  }

  return {
    write(line) {
      if (performance.now() < restUntil || waitingLength + line.length > maxWaiting) return lose(1);
      waiting.push(line);
      waitingLength += line.length;
      // Other lines of this turn of the loop go with it in one write.
      if (!writing) {
        writing = true;
        setImmediate(() => void writeAll());
      }
    },
    dropped: () => dropped,
    async flush(maxMs) {
      const endsAt = performance.now() + maxMs;
      while (writing && performance.now() < endsAt) await new Promise((resolve) => setTimeout(resolve, flushEveryMs));
    },
  };
}

let ofProcess: LogOutput | null = null;

/** The one of this process's standard output: what it dropped is in the metrics, and it is flushed at the end. */
export function processLogOutput(): LogOutput {
  ofProcess ??= logOutput();
  return ofProcess;
}

const lostLine = (lines: number): string =>
  `${JSON.stringify({ level: 'warn', time: new Date().toISOString(), lines, msg: 'log lines were lost: their output could not be written' })}\n`;

const standardOutputFd = 1;

/**
 * A pipe, a socket or a terminal is Node's own stream, of which we wait for one write at a time. Anything else is a file: written
 * in the background (Node would do it on the event loop), and tried again after an error (Node's stream would be destroyed).
 */
function standardOutput(): Sink {
  return isStream(standardOutputFd) ? streamSink(process.stdout) : fileSink(standardOutputFd);
}

function isStream(fd: number): boolean {
  try {
    const kind = fstatSync(fd);
    return isatty(fd) || kind.isFIFO() || kind.isSocket();
  } catch {
    return false;
  }
}

function fileSink(fd: number): Sink {
  const writeSome = (bytes: Buffer): Promise<number> =>
    new Promise((resolve, reject) => {
      writeTo(fd, bytes, 0, bytes.length, null, (error, written) => (error === null ? resolve(written) : reject(error)));
    });
  return async (text) => {
    // A disk that fills up takes a part first.
    for (let rest = Buffer.from(text); rest.length > 0; ) rest = rest.subarray(await writeSome(rest));
  };
}

function streamSink(stream: NodeJS.WriteStream): Sink {
  // Without a listener an error of the stream would end the process; each write gets its own error.
  stream.on('error', () => {});
  return (text) =>
    new Promise((resolve, reject) => {
      stream.write(text, (error) => (error === null || error === undefined ? resolve() : reject(error)));
    });
}
