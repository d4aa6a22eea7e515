/** The changes of a key, a team or an organisation. Who sees the record sees them. */
import type { ChangeAction, ChangeRecord } from '../../../storage/changes/changes.ts';
import type { AiChangeAction, Resolvers } from '../../generated.ts';
import { checkWhole } from '../../refuse.ts';
import type { Services } from '../../services.ts';

const maxShown = 100;

/** `on`: such as `team:search`. */
export function changesOn(on: string, first: number, { changes }: Services): Promise<readonly ChangeRecord[]> {
  checkWhole('first', first, 1, maxShown);
  return changes.of(on, first);
}

export const changeFields: NonNullable<Resolvers['AiChange']> = {
  at: ({ at }) => new Date(at).toISOString(),
  action: ({ action }) => actions[action],
};

const actions: Readonly<Record<ChangeAction, AiChangeAction>> = {
  made: 'MADE',
  changed: 'CHANGED',
  rotated: 'ROTATED',
  revoked: 'REVOKED',
  archived: 'ARCHIVED',
  restored: 'RESTORED',
  'member added': 'MEMBER_ADDED',
  'member removed': 'MEMBER_REMOVED',
  erased: 'OTHER',
};
