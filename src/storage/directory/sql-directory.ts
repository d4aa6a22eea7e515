import { commitOrRefuse } from '../database/commit-or-refuse.ts';
import type { Database, Row, SqlValue } from '../database/database.ts';
import type { Commit } from '../database/group-commit.ts';
import { versionHere } from '../database/identity-version.ts';
import { type Directory, type OrganisationRecord, openPolicy, type Policy, type Records, type TeamRecord } from './directory.ts';
import { openMembers } from './sql-members.ts';

export function openDirectory(database: Database): Directory {
  const commit = commitOrRefuse(database, 'Teams cannot be written at the moment, so nothing was changed.');
  const here = versionHere(database);
  return {
    organisations: recordsIn(database, commit, here.changed, {
      table: 'organisations',
      columns: commonColumns,
      valuesOf: commonValues,
      recordOf: organisationOf,
    }),
    teams: recordsIn(database, commit, here.changed, {
      table: 'teams',
      columns: [...commonColumns, 'organisation'],
      valuesOf: (team) => [...commonValues(team), team.organisation],
      recordOf: (row): TeamRecord => ({ ...organisationOf(row), organisation: textOrNull(row, 'organisation') }),
    }),
    members: openMembers(database, commit, here.changed),
    version: here.version,
  };
}

interface Shape<R> {
  readonly table: 'organisations' | 'teams';
  readonly columns: readonly string[];
  readonly valuesOf: (record: R) => SqlValue[];
  readonly recordOf: (row: Row) => R;
}

function recordsIn<R extends OrganisationRecord>(
  database: Database,
  commit: Commit,
  changed: () => void,
  { table, columns, valuesOf, recordOf }: Shape<R>,
): Records<R> {
  const [key, ...others] = columns;
  const places = columns.map((_, index) => `$${index + 1}`);
  const insert = `insert into ${table} (${columns.join(', ')}) values (${places.join(', ')}) on conflict (${key}) do nothing`;
  const update = `update ${table} set ${others.map((column, index) => `${column} = $${index + 2}`).join(', ')} where ${key} = $1`;
  const selectOne = `select * from ${table} where ${key} = $1`;
  return {
    async add(record) {
      const added = await commit((tx) => tx.run(insert, valuesOf(record)));
      changed();
      return added > 0;
    },
    async find(name) {
      const [row] = await database.all(selectOne, [name]);
      return row === undefined ? null : recordOf(row);
    },
    async list() {
      return (await database.all(`select * from ${table} order by ${key}`)).map(recordOf);
    },
    async change(name, change) {
      const after = await commit(async (tx) => {
        const [row] = await tx.all(selectOne, [name]);
        if (row === undefined) return null;
        const before = recordOf(row);
        const next = change(before);
        if (next === before) return before;
        const record: R = { ...next, name, version: before.version + 1 };
        await tx.run(update, valuesOf(record));
        return record;
      });
      changed();
      return after;
    },
  };
}

const commonColumns = ['name', 'description', 'policy', 'created_at', 'created_by', 'updated_at', 'updated_by', 'archived_at', 'version'];

const commonValues = (record: OrganisationRecord): SqlValue[] => [
  record.name,
  record.description,
  JSON.stringify(record.policy),
  record.createdAt,
  record.createdBy,
  record.updatedAt,
  record.updatedBy,
  record.archivedAt,
  record.version,
];

const organisationOf = (row: Row): OrganisationRecord => ({
  name: String(row['name']),
  description: textOrNull(row, 'description'),
  // A policy that an earlier version wrote lacks the newer parts.
  policy: { ...openPolicy, ...(JSON.parse(String(row['policy'])) as Partial<Policy>) },
  createdAt: Number(row['created_at']),
  createdBy: String(row['created_by']),
  updatedAt: Number(row['updated_at']),
  updatedBy: String(row['updated_by']),
  version: Number(row['version']),
  archivedAt: row['archived_at'] === null ? null : Number(row['archived_at']),
});

const textOrNull = (row: Row, column: string): string | null => (row[column] === null ? null : String(row[column]));
