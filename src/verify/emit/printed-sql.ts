import type { Target } from "../environment/index.ts";
import type { Attempt } from "../matrix/index.ts";
import { probeOf, readOf } from "./probe.ts";

/** The statement as a file has it, a read of all rows by the key of its probe. */
export const printedSql = (attempt: Attempt, target: Target): string =>
  isCounted(attempt, target) ? readOf(probeOf(target)) : attempt.sql;

/** True for a read whose rows are told by their owner: those of others beside the two tenants do not count. */
const isCounted = ({ answer, form, through, known }: Attempt, { name, own, foreign }: Target): boolean =>
  answer === "keys" &&
  known === undefined &&
  through.name === name &&
  (form.kind === "plain" || form.kind === "with value") &&
  form.of === "read" &&
  own !== null &&
  foreign !== null;
