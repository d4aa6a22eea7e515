/**
 * The state of a page as the query of its address, both ways: a copied address opens the same view, and the back button undoes a change.
 */
import { useCallback, useMemo } from 'react';
import { navigate, readPath, readSearch, useHashSearch } from './hash-location.ts';

/** One value of the state: the texts of its name in the query. None of them stands for the default. */
export interface Param<Value> {
  readonly read: (texts: readonly string[]) => Value;
  readonly write: (value: Value) => readonly string[];
}

export const textParam = (otherwise = ''): Param<string> => ({
  read: ([text = otherwise]) => text,
  write: (text) => (text === otherwise ? [] : [text]),
});

/** What is not one of the names stands for the first. */
export const oneOf = <const Name extends string>(names: readonly [Name, ...Name[]]): Param<Name> => ({
  read: ([text]) => names.find((name) => name === text) ?? names[0],
  write: (name) => (name === names[0] ? [] : [name]),
});

/** Several texts, each once, in their order. */
export const textsParam: Param<readonly string[]> = { read: (texts) => [...new Set(texts)], write: (texts) => texts };

export const flagParam: Param<boolean> = { read: ([text]) => text === '1', write: (flag) => (flag ? ['1'] : []) };

/** A whole number within its bounds. */
export const countParam = ({
  otherwise,
  min = 0,
  max = Number.MAX_SAFE_INTEGER,
}: {
  otherwise: number;
  min?: number;
  max?: number;
}): Param<number> => ({
  read: ([text = '']) => (/^\d{1,15}$/.test(text) ? Math.min(max, Math.max(min, Number(text))) : otherwise),
  write: (count) => (count === otherwise ? [] : [String(count)]),
});

type Params<State> = { readonly [Name in keyof State]: Param<State[Name]> };

export interface Codec<State> {
  readonly read: (search: string) => State;
  /** The query with the state in it; names that the state does not know stay. */
  readonly write: (state: State, search?: string) => string;
}

export function codecOf<State extends object>(params: Params<State>): Codec<State> {
  const names = Object.keys(params) as (keyof State & string)[];
  return {
    read(search) {
      const query = new URLSearchParams(search);
      const state: Partial<State> = {};
      for (const name of names) state[name] = params[name].read(query.getAll(name));
      return state as State;
    },
    write(state, search = '') {
      const query = new URLSearchParams(search);
      for (const name of names) {
        query.delete(name);
        for (const text of params[name].write(state[name])) query.append(name, text);
      }
      return String(query);
    },
  };
}

/** The state in the address, and how to change a part of it. `replace`: the back button does not undo it, as for each letter of a search. */
export function useUrlState<State extends object>(
  codec: Codec<State>,
): readonly [State, (part: Partial<State>, options?: { readonly replace?: boolean }) => void] {
  const search = useHashSearch();
  const state = useMemo(() => codec.read(search), [codec, search]);
  const change = useCallback(
    (part: Partial<State>, options?: { readonly replace?: boolean }) => {
      const before = readSearch();
      navigate(placeOf(readPath(), codec.write({ ...codec.read(before), ...part }, before)), options);
    },
    [codec],
  );
  return [state, change];
}

export const placeOf = (path: string, search: string): string => (search === '' ? path : `${path}?${search}`);
