/** Calls the function at the first use and returns that first result from then on: for what is imported or opened late. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** The same for each name. At more than 256 names all results are dropped: names come from a configuration, so there are few. */
export function oncePer<T>(make: (name: string) => T): (name: string) => T {
  const made = new Map<string, T>();
  return (name) => {
    const known = made.get(name);
    if (known !== undefined) return known;
    if (made.size >= 256) made.clear();
    const value = make(name);
    made.set(name, value);
    return value;
  };
}
