/** Chooses the engine of a graph. */
import { GatewayError } from '../../core/errors.ts';
import { loadPlanner, type OpenPlanner } from './plan/planner.ts';

/** `auto`: the planner where it loads, otherwise stitching. */
export type EngineChoice = 'auto' | 'planner' | 'stitching';

/** Null: stitching. Throws BAD_REQUEST when the planner is required and does not load. */
export async function chosenPlanner(choice: EngineChoice): Promise<OpenPlanner | null> {
  if (choice === 'stitching') return null;
  const open = await loadPlanner();
  if (open === null && choice === 'planner')
    throw new GatewayError(
      'BAD_REQUEST',
      'The query planner does not load on this machine: it needs Linux with glibc or macOS, on x64 or arm64, and optional dependencies installed. `graph.engine: "auto"` would be accepted.',
    );
  return open;
}
