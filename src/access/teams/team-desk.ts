/**
 * Organisations and teams, as administered by the shell and the mutations: those of the configuration together with those of the store. What the
 * configuration declares is shown, and never changed here.
 */
import {
  type Directory,
  type OrganisationRecord,
  openPolicy,
  type Policy,
  type Records,
  type TeamRecord,
} from '../../storage/directory/directory.ts';
import { checkDescription, checkName, checkPolicy, checkWithinOrganisation, type Kind, type KnownNames, refuse } from './check-policy.ts';
import type { DeclaredTeams } from './team-book.ts';

export interface Entry<R extends OrganisationRecord> {
  readonly record: R;
  /** The configuration declares it. */
  readonly declared: boolean;
}

export type TeamEntry = Entry<TeamRecord>;
export type OrganisationEntry = Entry<OrganisationRecord>;

/** Parts that are to be others; what is not there stays as it is. */
export interface EntryChange {
  readonly description?: string | null;
  readonly policy?: Partial<Policy>;
  readonly archived?: boolean;
}

export interface TeamChange extends EntryChange {
  readonly organisation?: string | null;
}

export interface EnteredBy<R> {
  /** Who does it, such as `key:3f9a` or `shell`: it is written down with the record. */
  readonly by: string;
  /** Throws for a record that they may not change. It is asked about the record as it is at the moment of the change. */
  readonly permit?: (record: R) => void;
}

/** All throw BAD_REQUEST, in a sentence, for what cannot be, and for what the configuration declares. */
export interface Administration<R extends OrganisationRecord, Change> {
  /** In the order of the names. */
  list(): Promise<readonly Entry<R>[]>;
  find(name: string): Promise<Entry<R> | null>;
  create(name: string, parts: Change, by: { readonly by: string }): Promise<Entry<R>>;
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
  { onEnded = async () => {}, now = Date.now, ...known }: TeamDeskOptions,
): Administration<R, Change> {
  function checkParts({ description, policy = {} }: Change): void {
    checkDescription(description);
    checkPolicy(kind, policy, known);
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
    async create(name, parts, { by }) {
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
          archivedAt: null,
        },
        parts,
      );
      if (!(await stored.add(record)))
        refuse(`There is already ${aKind[kind]} "${name}". Another name would be accepted; what it has can be changed.`);
      return { record, declared: false };
    },
    async update(name, change, { by, permit = () => {} }) {
      const before = await find(name);
      if (before === null) return null;
      permit(before.record);
      if (before.declared) refuse(isDeclared(kind, name));
      await check(before.record, change);
      checkParts(change);
      const { description, policy, archived } = change;
      const record = await stored.change(name, (current) => {
        permit(current);
        return {
          ...changed(current, change),
          ...(description === undefined ? {} : { description }),
          policy: { ...current.policy, ...policy },
          ...(archived === undefined ? {} : { archivedAt: archived ? (current.archivedAt ?? now()) : null }),
          updatedAt: now(),
          updatedBy: by,
        };
      });
      if (archived === true) await onEnded();
      return record === null ? null : { record, declared: false };
    },
  };
}

const aKind: Readonly<Record<Kind, string>> = { team: 'a team', organisation: 'an organisation' };

const isDeclared = (kind: Kind, name: string): string =>
  `The configuration declares the ${kind} "${name}" (${kind}s.${name}), and decides alone what it has. Change it there; it holds when the configuration is read again.`;
