import { claimRead } from "../../../pg/expr/reads.ts";
import type { Cut, CutBody } from "../body.ts";
import { bodyTokens, declarationOf } from "../declaration.ts";
import type { Shape } from "../shape.ts";
import { namesIn, placedIn, readsIn, treesOf } from "../use.ts";
import { embeddedSql, filledBy } from "../../../pg/plpgsql/visit.ts";
import type { Retired } from "../retired.ts";
import { isNode } from "../../../pg/expr/node.ts";
import { nameOf } from "../../../pg/plpgsql/position.ts";

export const neverRead: Shape = {
  id: "never-read",
  title: "delete the local variable that only held the variable",
  why: "It is assigned a claim and read by nothing: without the calls that it was made for it has no use.",
  does: "delete",
  examples: [
    {
      before:
        "declare\n  v_org uuid := nullif(current_setting('app.org_id', true), '')::uuid;\n  v_count bigint;\nbegin\n  select count(*) into v_count from note;\n  return v_count;\nend",
      after: "declare\n  v_count bigint;\nbegin\n  select count(*) into v_count from note;\n  return v_count;\nend",
    },
    {
      before:
        "declare\n  v_org uuid;\n  v_count bigint;\nbegin\n  v_org := nullif(current_setting('app.org_id', true), '')::uuid;\n  select count(*) into v_count from note;\n  return v_count;\nend",
      after: "declare\n  v_count bigint;\nbegin\n  select count(*) into v_count from note;\n  return v_count;\nend",
    },
  ],
  find(body, retired, before = body) {
    const cuts: Cut[] = [];
    for (const variable of body.tree.variables) {
      if (variable.kind !== "scalar" || !variable.declared || variable.query) continue;
      if (!isConcerned(before, variable.name, retired)) continue;
      const assignments = onlyClaims(body, variable.name, retired);
      if (assignments === null || declarationOf(body.fn.body, body.tree, variable.name) === null) continue;
      cuts.push(...assignments, { kind: "undeclare", name: variable.name });
    }
    return { cuts, notes: [], questions: [] };
  },
};

/** True for a variable that held a retired variable, or that something read which is cut. */
const isConcerned = ({ tree }: CutBody, name: string, retired: Retired): boolean =>
  embeddedSql(tree).some(({ sql, statement }) => {
    const made = treesOf(sql);
    if (made === null || namesIn(made.tree).has(name)) return true;
    const holds = statement === null || (statement.kind === "assign" && statement.target.name === name);
    return holds && readsIn(made.tree, retired).length > 0;
  });

/** The assignments of a variable that holds nothing but claims and that nothing reads; null for any other variable. */
function onlyClaims({ fn, tree }: CutBody, name: string, { rules }: Retired): Cut[] | null {
  const cuts: Cut[] = [];
  const isClaim = (value: unknown): boolean => isNode(value) && claimRead(value, rules.claims) !== null;
  let isRead = embeddedSql(tree).some(({ sql }) => {
    const made = treesOf(sql);
    return made === null || namesIn(made.tree).has(name);
  });
  let held = 0;
  let mentions = 1;
  const declared = tree.variables.find((one) => one.kind === "scalar" && one.name === name);
  if (declared?.kind === "scalar" && declared.initial) {
    if (isClaim(treesOf(declared.initial)?.tree)) held += 1;
    else isRead = true;
  }
  for (const { statement } of placedIn(tree)) {
    if (filledBy(statement).some((target) => target.name === name)) isRead = true;
    if (statement.kind !== "assign" || statement.target.name !== name) continue;
    if (statement.target.kind !== "variable" || !isClaim(treesOf(statement.value)?.tree)) isRead = true;
    held += 1;
    mentions += 1;
    cuts.push({ kind: "remove", statement });
  }
  // The text names it nowhere else: in RETURN, in USING, in a dynamic statement.
  const named = bodyTokens(fn.body, tree).filter((token) => nameOf(token) === name).length;
  return isRead || held === 0 || named !== mentions ? null : cuts;
}
