/**
 * The environment variables that child processes inherit: where compiled code and temporary files are kept, and what Windows
 * needs to start a process.
 */
const shared = ['NODE_COMPILE_CACHE', 'TMPDIR', 'TEMP', 'SystemRoot'] as const;

/**
 * What a process of ours that works on other people's data gets of the environment: none of its secrets, and no NODE_OPTIONS,
 * which could make it wait for a debugger.
 */
export const workerEnvironment = (all: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv =>
  Object.fromEntries(shared.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]])));
