/** Looks up the names of the keys that usage rows refer to by id, revoked keys included. */
import type { Statements } from '../database/database.ts';

const ofKeys = 'key:';
const atOnce = 100;

/** Names by principal. A principal that is not a key is left out. */
export async function keyNames(statements: Statements, principals: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  const ids = [
    ...new Set(principals.filter((principal) => principal.startsWith(ofKeys)).map((principal) => principal.slice(ofKeys.length))),
  ];
  for (let at = 0; at < ids.length; at += atOnce) {
    const some = Array.from({ length: atOnce }, (_, index) => ids[at + index] ?? '');
    for (const row of await statements.all(namesOf, some)) names.set(`${ofKeys}${row['id']}`, String(row['name']));
  }
  return names;
}

const namesOf = `select id, name from virtual_keys where id in (${Array.from({ length: atOnce }, (_, index) => `$${index + 1}`).join(', ')})`;
