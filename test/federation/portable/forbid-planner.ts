/** Run with `--import`: the native planner's package cannot be loaded, as on musl and Windows. */
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, next) {
    if (specifier.startsWith('@graphql-hive/router-query-planner')) throw new Error(`${specifier} does not load on this machine.`);
    return next(specifier, context);
  },
});
