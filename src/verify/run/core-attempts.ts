import { isPlain, type Attempt, type PlainForm } from "../matrix/index.ts";
import type { Actor } from "../personas/index.ts";
import { targetsFor, type Run } from "./state.ts";
import { tableAttempts } from "../attacks/index.ts";

const CORE = new Set<PlainForm>([
  "read",
  "insert foreign",
  "update foreign",
  "delete foreign",
  "move own",
  "take over foreign",
]);

/** Of those, what tells whether a leftover variable is believed. */
const FEWEST = new Set<PlainForm>(["read", "insert foreign", "delete foreign"]);

/** What is tried again with every way of setting variables: one statement of each kind, on every table with foreign rows. */
export const core = (run: Run, actor: Actor): Attempt[] =>
  [...targetsFor(run, actor).values()]
    .flatMap((target) => tableAttempts(target, actor, run.environment, { prepared: false }))
    .filter((attempt) => isPlain(attempt, CORE) && run.environment.targets.get(attempt.relation)?.own !== null);

/** The same, one read and two writes: with variables that another request left behind. */
export const fewest = (run: Run, actor: Actor): Attempt[] =>
  core(run, actor).filter((attempt) => isPlain(attempt, FEWEST));
