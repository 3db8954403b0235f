import { functionKey, nameKey } from "../../../pg/name.ts";
import { embeddedSql } from "../../../pg/plpgsql/visit.ts";
import type { Shape } from "../shape.ts";
import { readsIn, treesOf } from "../use.ts";

export const withoutToken: Shape = {
  id: "without-token",
  title: "ask where a function runs that has no token to read",
  why: "A trigger also runs for the service role, for jobs and for migrations, and a function that only such roles may call never has a token: the claim would be NULL there, where the variable could be set.",
  does: "ask",
  examples: [
    {
      before: "begin\n  new.org_id := nullif(current_setting('app.org_id', true), '')::uuid;\n  return new;\nend",
      after: null,
      note: "in a trigger function",
    },
  ],
  find(body, retired) {
    const name = nameKey(body.fn);
    const tag = retired.triggerFunctions.has(name)
      ? "run-by-trigger"
      : retired.withoutToken.has(functionKey(body.fn))
        ? "roles-without-token"
        : null;
    const reads = embeddedSql(body.tree).flatMap(({ sql, statement }) => {
      const made = treesOf(sql);
      return made !== null && readsIn(made.tree, retired).length > 0 ? [statement?.line ?? null] : [];
    });
    const [line = null] = reads;
    if (tag === null || reads.length === 0 || retired.decisions.ofFunction(name) === "claim")
      return { cuts: [], notes: [], questions: [] };
    return { cuts: [], notes: [], questions: [{ tag, line, about: null }] };
  },
};
