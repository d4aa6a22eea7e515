/** The issues of an invalid answer, as they are shown to the model in a repair and to the caller. */
export interface Issue {
  /** JSON pointer; names that the schema does not know are `*`, because they are the model's words. */
  readonly path: string;
  readonly message: string;
}

/** Where a value stands in the answer: the innermost key, and the way to it. */
export interface Place {
  /** Of an object's member its name, of a list's its index. */
  readonly key: string | number;
  readonly above: Place | null;
}

export interface Issues {
  add(place: Place | null, message: string): void;
  /** Forgets what came after so many: an alternative that fits takes back what others did not like. */
  cut(length: number): void;
  readonly length: number;
  /** Those of the whole before those of its parts. */
  all(): readonly Issue[];
}

/** More than a model can follow, and all that a caller is shown. */
const maxIssues = 20;

export function issuesOf(names: ReadonlySet<string>): Issues {
  const found: Issue[] = [];
  return {
    add(place, message) {
      if (found.length >= maxIssues) return;
      const path = pointerTo(place, names);
      if (!found.some((issue) => issue.path === path && issue.message === message)) found.push({ path, message });
    },
    cut(length) {
      found.length = Math.min(found.length, length);
    },
    get length() {
      return found.length;
    },
    all: () => found.toSorted((a, b) => depthOf(a) - depthOf(b)),
  };
}

const depthOf = ({ path }: Issue): number => path.split('/').length;

function pointerTo(place: Place | null, names: ReadonlySet<string>): string {
  const segments: string[] = [];
  for (let at = place; at !== null; at = at.above) {
    const { key } = at;
    if (typeof key === 'number') segments.push(String(key));
    else segments.push(names.has(key) ? key.replaceAll('~', '~0').replaceAll('/', '~1') : '*');
  }
  return segments
    .reverse()
    .map((segment) => `/${segment}`)
    .join('');
}
