import { relationKey, type NameKey } from "../pg/name.ts";
import type { Plan } from "./plan.ts";

/** The relations whose policies the plan changes, themselves or through a helper. */
export const touchedRelations = (plan: Plan): ReadonlySet<NameKey> =>
  new Set(
    plan.policies
      .filter(({ outcome }) => outcome !== "kept" && outcome !== "unchanged")
      .map(({ before }) => relationKey(before)),
  );
