import type { Cut } from "../apply/index.ts";
import { contextsOf, type Config } from "../config.ts";
import { ToolError } from "../errors.ts";

/**
 * A transaction for each of the config's `contexts`. Throws ToolError (config) if there are none, or if one has a name
 * that rlsmith uses itself.
 */
export function contextCut(config: Config | null): Cut {
  const contexts = config ? contextsOf(config) : [];
  if (contexts.length === 0)
    throw new ToolError(
      "config",
      "NO_CONTEXTS",
      "--by context needs groups of relations, and the config names none",
      'add them: contexts: { floor: ["public.gaming_table*", "public.rating_slip"] }',
    );
  if (contexts.some(({ name }) => name === "functions" || name === "everything else"))
    throw new ToolError(
      "config",
      "BAD_CONTEXTS",
      "`functions` and `everything else` are names of groups that rlsmith makes itself",
      "give the group of `contexts` another name",
    );
  return { kind: "context", contexts };
}
