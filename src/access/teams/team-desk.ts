/**
 * Organisations and teams, as administered by the shell and the mutations: those of the configuration together with those of the store. What the
 * configuration declares is shown, and never changed here.
 */
import {
  type Directory,
  type OrganisationRecord,
  openPolicy,
  type Policy,
  type PolicyBudget,
  type Records,
  type TeamRecord,
} from '../../storage/directory/directory.ts';
import { type ChangedFrom, checkVersion, type DoneBy, type NoteChange, noNotes, reasonOf } from '../changes/change-notes.ts';
import { changedEntry, isUnchanged } from '../changes/changed-parts.ts';
import { checkDescription, checkName, checkPolicy, checkWithinOrganisation, type Kind, type KnownNames, refuse } from './check-policy.ts';
import type { DeclaredTeams } from './team-book.ts';

export interface Entry<R extends OrganisationRecord> {
  readonly record: R;
  /** The configuration declares it. */
  readonly declared: boolean;
}

export type TeamEntry = Entry<TeamRecord>;
export type OrganisationEntry = Entry<OrganisationRecord>;

/** One budget that is to be another. */
export interface BudgetChange extends Pick<PolicyBudget, 'per'> {
  /** Null: it is taken away; undefined: it stays. */
  readonly most?: PolicyBudget['most'] | null;
  /** Null: nobody is warned; undefined: it stays. */
  readonly warnAt?: PolicyBudget['warnAt'] | null;
}

/** Parts that are to be others; what is not there stays as it is. */
export interface EntryChange {
  readonly description?: string | null;
  readonly policy?: Partial<Policy>;
  /** Beside the other budgets, which stay. Not together with `policy.budgets`. */
  readonly setBudgets?: readonly BudgetChange[];
  readonly archived?: boolean;
}

export interface TeamChange extends EntryChange {
  readonly organisation?: string | null;
}

/** Who does it is written down with the record. */
export interface EnteredBy<R> extends ChangedFrom {
  /** Throws for a record that they may not change. It is asked about the record as it is at the moment of the change. */
  readonly permit?: (record: R) => void;
}

/** All throw BAD_REQUEST, in a sentence, for what cannot be, and for what the configuration declares. */
export interface Administration<R extends OrganisationRecord, Change> {
  /** In the order of the names. */
  list(): Promise<readonly Entry<R>[]>;
  find(name: string): Promise<Entry<R> | null>;
  create(name: string, parts: Change, by: DoneBy): Promise<Entry<R>>;
  /** Null: there is none of that name. */
  update(name: string, change: Change, by: EnteredBy<R>): Promise<Entry<R> | null>;
}

export interface TeamDesk {
  readonly organisations: Administration<OrganisationRecord, EntryChange>;
  readonly teams: Administration<TeamRecord, TeamChange>;
}

export interface TeamDeskOptions extends KnownNames {
  /** Called after something was archived. It ends all work of the keys of it. */
  readonly onEnded?: () => Promise<void>;
  /** Default: nobody is told what was done. */
  readonly note?: NoteChange;
  readonly now?: () => number;
}

export function teamDesk(declared: DeclaredTeams, directory: Directory, options: TeamDeskOptions): TeamDesk {
  const organisations = administration<OrganisationRecord, EntryChange>(
    {
      kind: 'organisation',
      declared: declared.organisations,
      stored: directory.organisations,
      added: (record) => record,
      check: async () => {},
    },
    options,
  );
  const above = async (name: string | null): Promise<OrganisationRecord | null> => {
    if (name === null) return null;
    const found = await organisations.find(name);
    if (found === null || found.record.archivedAt !== null) {
      refuse(`There is no organisation "${name}" to which a team could belong. One that is there, or none, would be accepted.`);
    }
    return found.record;
  };
  const teams = administration<TeamRecord, TeamChange>(
    {
      kind: 'team',
      declared: declared.teams,
      stored: directory.teams,
      added: (record, { organisation }) => ({ ...record, organisation: organisation ?? null }),
      changed: (record, { organisation = record.organisation }) => ({ ...record, organisation }),
      async check(before, { organisation, policy = {} }) {
        const moves = organisation !== undefined;
        // Of an archived organisation too, a team can be archived.
        if (!moves && Object.keys(policy).length === 0) return;
        // What it has already is looked at again where it goes elsewhere.
        checkWithinOrganisation(
          moves ? { ...before?.policy, ...policy } : policy,
          await above(moves ? organisation : (before?.organisation ?? null)),
        );
      },
    },
    options,
  );
  return { organisations, teams };
}

interface Shelf<R extends OrganisationRecord, Change> {
  readonly kind: Kind;
  readonly declared: ReadonlyMap<string, R>;
  readonly stored: Records<R>;
  readonly added: (record: OrganisationRecord, parts: Change) => R;
  readonly changed?: (record: R, change: Change) => R;
  /** `before`: null for a new one. */
  readonly check: (before: R | null, change: Change) => Promise<void>;
}

function administration<R extends OrganisationRecord, Change extends EntryChange>(
  { kind, declared, stored, added, changed = (record) => record, check }: Shelf<R, Change>,
  { onEnded = async () => {}, note = noNotes, now = Date.now, ...known }: TeamDeskOptions,
): Administration<R, Change> {
  function checkParts({ description, policy = {}, setBudgets }: Change): void {
    checkDescription(description);
    checkPolicy(kind, policy, known);
    if (policy.budgets !== undefined && setBudgets !== undefined)
      refuse('budgets and setBudgets exclude each other: send all budgets that there are to be, or those alone that are to be others.');
  }

  async function find(name: string): Promise<Entry<R> | null> {
    const fixed = declared.get(name);
    if (fixed !== undefined) return { record: fixed, declared: true };
    const record = await stored.find(name);
    return record === null ? null : { record, declared: false };
  }

  return {
    async list() {
      const entries = [
        ...[...declared.values()].map((record) => ({ record, declared: true })),
        ...(await stored.list()).filter(({ name }) => !declared.has(name)).map((record) => ({ record, declared: false })),
      ];
      return entries.toSorted((a, b) => (a.record.name < b.record.name ? -1 : 1));
    },
    find,
    async create(name, parts, done) {
      const { by } = done;
      const reason = reasonOf(done);
      checkName(kind, name);
      if (declared.has(name)) refuse(isDeclared(kind, name));
      // First, so that the names of routes that the organisation has not are not told.
      await check(null, parts);
      checkParts(parts);
      const at = now();
      const record = added(
        {
          name,
          description: parts.description ?? null,
          policy: { ...openPolicy, ...parts.policy },
          createdAt: at,
          createdBy: by,
          updatedAt: at,
          updatedBy: by,
          version: 1,
          archivedAt: null,
        },
        parts,
      );
      if (!(await stored.add(record)))
        refuse(`There is already ${aKind[kind]} "${name}". Another name would be accepted; what it has can be changed.`);
      await note({ on: `${kind}:${name}`, at, by, action: 'made', parts: changedEntry(null, record), reason });
      return { record, declared: false };
    },
    async update(name, change, done) {
      const { by, permit = () => {} } = done;
      const reason = reasonOf(done);
      const before = await find(name);
      if (before === null) return null;
      permit(before.record);
      if (before.declared) refuse(isDeclared(kind, name));
      await check(before.record, change);
      checkParts(change);
      const { description, policy, setBudgets = [], archived } = change;
      let changedOne = before.record;
      let isSame = false;
      const record = await stored.change(name, (current) => {
        permit(current);
        checkVersion(`The ${kind} "${name}"`, current, done);
        changedOne = current;
        const budgets = withBudgets(policy?.budgets ?? current.policy.budgets, setBudgets);
        checkPolicy(kind, { budgets }, known);
        const next: R = {
          ...changed(current, change),
          ...(description === undefined ? {} : { description }),
          policy: { ...current.policy, ...policy, budgets },
          ...(archived === undefined ? {} : { archivedAt: archived ? (current.archivedAt ?? now()) : null }),
          updatedAt: now(),
          updatedBy: by,
        };
        isSame = isUnchanged(current, next);
        return isSame ? current : next;
      });
      if (archived === true) await onEnded();
      if (record === null) return null;
      if (isSame) return { record, declared: false };
      const action = archived === undefined ? 'changed' : archived ? 'archived' : 'restored';
      await note({ on: `${kind}:${name}`, at: now(), by, action, parts: changedEntry(changedOne, record), reason });
      return { record, declared: false };
    },
  };
}

/** Of one that is not there, an amount makes it. Throws BAD_REQUEST. */
function withBudgets(budgets: readonly PolicyBudget[], changes: readonly BudgetChange[]): readonly PolicyBudget[] {
  const all = new Map(budgets.map((budget) => [budget.per, budget]));
  const twice = changes.find(({ per }, index) => changes.findIndex((other) => other.per === per) !== index);
  if (twice !== undefined) refuse(`setBudgets names the budget for a ${twice.per} twice. One change for each period is accepted.`);
  for (const { per, most, warnAt } of changes) {
    const before = all.get(per);
    const amount = most === undefined ? before?.most : most;
    if (amount === undefined)
      refuse(`There is no budget for a ${per} of which a part could be changed. With its amount (most) it would be made.`);
    if (amount === null) {
      all.delete(per);
      continue;
    }
    const warned = warnAt === undefined ? before?.warnAt : (warnAt ?? undefined);
    all.set(per, { per, most: amount, ...(warned === undefined || warned.length === 0 ? {} : { warnAt: warned }) });
  }
  return [...all.values()];
}

const aKind: Readonly<Record<Kind, string>> = { team: 'a team', organisation: 'an organisation' };

const isDeclared = (kind: Kind, name: string): string =>
  `The configuration declares the ${kind} "${name}" (${kind}s.${name}), and decides alone what it has. Change it there; it holds when the configuration is read again.`;
