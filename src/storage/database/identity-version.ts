/**
 * Says when keys, teams, members, tokens or users were changed, by whichever process.
 *
 * SQLite changes `data_version` with each commit of another connection, also with those of bookings, which come all day. It costs 2 us to ask, so
 * it is asked in each turn of the event loop, and only another one makes us read a row that triggers raise in the transaction of each change of an
 * identity: also of one by hand, in `sqlite3`.
 */
import { atTurnEnd } from '../../core/turns/turn-end.ts';
import type { Database, Migration, SqlValue } from './database.ts';

export const identityVersionMigrations: readonly Migration[] = [
  {
    id: 223,
    name: 'a version of identities',
    sql: 'create table identity_version (number bigint not null); insert into identity_version (number) values (0);',
  },
  {
    id: 224,
    name: 'a version of identities that triggers raise',
    // The syntax is that of SQLite. PostgreSQL takes the same events and columns, with `execute function` in place of the body.
    // All columns of keys but the last use: a migration that adds one makes this trigger anew.
    // What is used, noted or made all day raises nothing: a new token or user was refused before, and refusals are not remembered.
    sql: [
      ...raiseAfterAll(
        'virtual_keys',
        'id, secret_hash, former_hash, former_until, name, team, scopes, routes, monthly_budget, requests_per_minute, calls_per_minute, made_by, development, created_at, created_by, updated_at, updated_by, expires_at, revoked_at, agent, session_caps, version',
      ),
      ...raiseAfterAll('organisations'),
      ...raiseAfterAll('teams'),
      ...raiseAfterAll('team_members'),
      raiseAfter('short_lived_tokens', 'update'),
      raiseAfter('short_lived_tokens', 'delete'),
      raiseAfter('end_users', 'insert', { when: 'new.revoked_at is not null' }),
      raiseAfter('end_users', 'update', { of: 'revoked_at, erased_at' }),
      raiseAfter('end_users', 'delete', { when: 'old.revoked_at is not null' }),
    ].join('\n'),
  },
];

interface Narrowed {
  /** Only an update that sets one of these columns. Default: any. */
  readonly of?: string;
  readonly when?: string;
}

function raiseAfter(table: string, event: 'insert' | 'update' | 'delete', { of, when }: Narrowed = {}): string {
  const columns = of === undefined ? '' : ` of ${of}`;
  const condition = when === undefined ? '' : ` when ${when}`;
  return `create trigger ${table}_${event}_raises after ${event}${columns} on ${table} for each row${condition}
    begin update identity_version set number = number + 1; end;`;
}

function raiseAfterAll(table: string, updateOf?: string): readonly string[] {
  return [
    raiseAfter(table, 'insert'),
    raiseAfter(table, 'update', updateOf === undefined ? {} : { of: updateOf }),
    raiseAfter(table, 'delete'),
  ];
}

/** What was read. `text` is of this turn where `isFresh`. */
interface Reading {
  dataVersion: number;
  text: string;
  isFresh: boolean;
  readonly endTurn: () => void;
}

const readings = new WeakMap<Database, Reading>();

function newReading(): Reading {
  const reading: Reading = {
    dataVersion: Number.NaN,
    text: '',
    isFresh: false,
    endTurn() {
      reading.isFresh = false;
    },
  };
  return reading;
}

/** Another text after each raise. Read once in a turn of the event loop, at once where that is possible. */
function identityVersion(database: Database): string | Promise<string> {
  let reading = readings.get(database);
  if (reading === undefined) {
    reading = newReading();
    readings.set(database, reading);
  }
  if (reading.isFresh) return reading.text;
  const dataVersion = database.readNow('pragma data_version');
  return dataVersion instanceof Promise ? readSlowly(database, dataVersion) : versionBehind(database, reading, Number(dataVersion));
}

/** The row is read after `data_version`: what is committed in between is read again in the next turn. */
function versionBehind(database: Database, reading: Reading, dataVersion: number): string | Promise<string> {
  if (dataVersion !== reading.dataVersion) {
    const raised = database.readNow(selectNumber);
    if (raised instanceof Promise) return raised.then(String);
    reading.text = String(raised);
    reading.dataVersion = dataVersion;
  }
  reading.isFresh = true;
  atTurnEnd(reading.endTurn);
  return reading.text;
}

/** While the file is held by another process, or was lost. */
async function readSlowly(database: Database, asked: Promise<SqlValue | undefined>): Promise<string> {
  await asked;
  return String(await database.readNow(selectNumber));
}

const selectNumber = 'select number from identity_version';

export interface VersionHere {
  /** Called after each change by this process, whose database may read with the connection that wrote it: `data_version` does not show that. */
  changed(): void;
  /** Another text after each change, by whichever process. */
  version(): string | Promise<string>;
}

export function versionHere(database: Database): VersionHere {
  let changes = 0;
  let of = '';
  let text = '';
  const textWith = (ofAll: string): string => {
    if (of === ofAll) return text;
    of = ofAll;
    text = `${changes} ${ofAll}`;
    return text;
  };
  return {
    changed() {
      changes += 1;
      of = '';
    },
    version() {
      const ofAll = identityVersion(database);
      return typeof ofAll === 'string' ? textWith(ofAll) : ofAll.then(textWith);
    },
  };
}
