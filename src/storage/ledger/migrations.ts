import type { Migration } from '../database/database.ts';
import { classesSql } from './time-classes.ts';

/** As they were when eighths were made. */
const eighthSums =
  'calls fresh_input cache_read cache_write output reasoning estimated priced cost saved_cost counted operations field_operations'.split(
    ' ',
  );

/**
 * Rows are narrow: what repeats (the dimensions) stands once in `usage_keys`, where '' means null, so that keys compare
 * and sort, and `id` is 64 bits of their digest. The roll-ups are kept by the transaction that stores the rows (`roll-ups.ts`); rows and
 * roll-ups are deleted together, so roll-ups can be made from the rows. Times are milliseconds since 1970, UTC.
 */
export const ledgerMigrations: readonly Migration[] = [
  {
    id: 2,
    name: 'ledger',
    sql: `
      create table usage_keys (
        id bigint primary key,
        coordinate text not null, operation text not null, client text not null, principal text not null, team text not null,
        route text not null, deployment text not null, provider text not null, model text not null, outcome text not null, cache text not null
      );
      create table usage_rows (
        call_id text not null, use bigint not null, time bigint not null, key_id bigint not null, document_id text,
        fresh_input bigint not null, cache_read bigint not null, cache_write bigint not null, output bigint not null, reasoning bigint not null,
        estimated integer not null, cost bigint, saved_cost bigint not null, attempts bigint not null,
        latency_ms bigint not null, first_token_ms bigint, tags text not null,
        primary key (call_id, use)
      );
      create index usage_rows_time on usage_rows (time);
      create table usage_hours (
        hour bigint not null, key_id bigint not null, day bigint not null, month bigint not null,
        calls bigint not null, fresh_input bigint not null, cache_read bigint not null, cache_write bigint not null,
        output bigint not null, reasoning bigint not null, estimated bigint not null,
        priced bigint not null, cost bigint not null, saved_cost bigint not null,
        primary key (hour, key_id)
      );
      create table outboxes (file text primary key, position bigint not null);`,
  },
  {
    id: 21,
    name: 'hours of keys',
    sql: 'create index usage_hours_key on usage_hours (key_id);',
  },
  {
    id: 60,
    name: 'organisations in usage',
    sql: "alter table usage_keys add column organisation text not null default '';",
  },
  {
    id: 70,
    name: 'usage of end users',
    // Pseudonym of the user. Null: the credential had no user.
    sql: 'alter table usage_rows add column end_user text;',
  },
  {
    id: 150,
    name: 'usage of agents and sessions',
    // There are few agents, but any number of sessions. So sessions are stored in the rows only.
    sql: `
      alter table usage_keys add column agent text not null default '';
      alter table usage_rows add column session text;`,
  },
  {
    id: 120,
    name: 'usage by quarters and days',
    // The roll-ups are made again from the rows, because the hourly roll-up had no quarters and no latencies. `counts_as` of older rows is unknown.
    sql: `
      alter table usage_rows add column counts integer;
      alter table usage_rows add column error_id text;
      alter table usage_rows add column details text;
      create index usage_rows_error on usage_rows (error_id) where error_id is not null;
      ${rollUp('usage_quarters', 900_000)}
      ${rollUp('usage_days', 86_400_000)}
      drop table usage_hours;`,
  },
  {
    id: 153,
    name: 'usage by end user',
    sql: 'create index usage_rows_user on usage_rows (end_user, time) where end_user is not null;',
  },
  {
    id: 240,
    name: 'usage by eighths of days',
    // From the quarters, which are fewer than the rows.
    sql: `
      create table usage_eighths (
        start bigint not null, key_id bigint not null,
        calls bigint not null, fresh_input bigint not null, cache_read bigint not null, cache_write bigint not null,
        output bigint not null, reasoning bigint not null, estimated bigint not null,
        priced bigint not null, cost bigint not null, saved_cost bigint not null,
        counted bigint not null, operations bigint not null, field_operations bigint not null, times text not null,
        primary key (start, key_id)
      );
      insert into usage_eighths (start, key_id, ${eighthSums.join(', ')}, times)
        select eighth, key_id, ${eighthSums.map((sum) => `sum(${sum})`).join(', ')}, string_agg(times, ',')
        from (select start - start % 10800000 as eighth, key_id, ${eighthSums.join(', ')}, times from usage_quarters) q group by eighth, key_id;`,
  },
];

function rollUp(table: string, lengthMs: number): string {
  const sums = ['calls', 'fresh_input', 'cache_read', 'cache_write', 'output', 'reasoning', 'estimated', 'priced', 'cost', 'saved_cost'];
  const byTimes = `select time - time % ${lengthMs} as start, key_id, ${classesSql.latency} as latency, ${classesSql.firstToken} as first_token,
      count(*) as calls, sum(fresh_input) as fresh_input, sum(cache_read) as cache_read, sum(cache_write) as cache_write, sum(output) as output,
      sum(reasoning) as reasoning, sum(estimated) as estimated, count(cost) as priced, coalesce(sum(cost), 0) as cost, sum(saved_cost) as saved_cost
    from usage_rows group by 1, 2, 3, 4`;
  // Each class once, and not once for each row: a report reads the whole text at once.
  const times = `select start, key_id, string_agg(class || ':' || calls, ',') as times
    from (select start, key_id, class, sum(calls) as calls
      from (select start, key_id, latency as class, calls from by_times union all select start, key_id, first_token, calls from by_times) c
      where class is not null group by 1, 2, 3) n group by 1, 2`;
  return `
    create table ${table} (
      start bigint not null, key_id bigint not null,
      calls bigint not null, fresh_input bigint not null, cache_read bigint not null, cache_write bigint not null,
      output bigint not null, reasoning bigint not null, estimated bigint not null,
      priced bigint not null, cost bigint not null, saved_cost bigint not null,
      counted bigint not null, operations bigint not null, field_operations bigint not null, times text not null,
      primary key (start, key_id)
    );
    insert into ${table} (start, key_id, ${sums.join(', ')}, counted, operations, field_operations, times)
      with by_times as materialized (${byTimes})
      select s.*, 0, 0, 0, t.times
      from (select start, key_id, ${sums.map((sum) => `sum(${sum}) as ${sum}`).join(', ')} from by_times group by 1, 2) s
      join (${times}) t on t.start = s.start and t.key_id = s.key_id;
    create index ${table}_key on ${table} (key_id);`;
}
