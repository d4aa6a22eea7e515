import type { Database, Row } from '../database/database.ts';
import type { Commit } from '../database/group-commit.ts';
import type { MemberRecord, Members } from './directory.ts';

/** `changed` is called after each change of a member. */
export function openMembers(database: Database, commit: Commit, changed: () => void): Members {
  return {
    async put({ principal, team, addedAt, addedBy }) {
      await commit(async (tx) => {
        await tx.run(putMember, [principal, team, addedAt, addedBy]);
      });
      changed();
    },
    async find(principal) {
      const [row] = await database.all('select * from team_members where principal = $1', [principal]);
      return row === undefined ? null : memberOf(row);
    },
    async ofTeam(team) {
      return (await database.all('select * from team_members where team = $1 order by added_at, principal', [team])).map(memberOf);
    },
    async remove(principal, team) {
      const removed = await commit(async (tx) => {
        const [row] = await tx.all('select * from team_members where principal = $1 and team = $2', [principal, team]);
        if (row === undefined) return null;
        await tx.run('delete from team_members where principal = $1', [principal]);
        return memberOf(row);
      });
      changed();
      return removed;
    },
  };
}

const putMember = `insert into team_members (principal, team, added_at, added_by) values ($1, $2, $3, $4)
  on conflict (principal) do update set team = excluded.team, added_at = excluded.added_at, added_by = excluded.added_by`;

const memberOf = (row: Row): MemberRecord => ({
  principal: String(row['principal']),
  team: String(row['team']),
  addedAt: Number(row['added_at']),
  addedBy: String(row['added_by']),
});
