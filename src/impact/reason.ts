import type { ContextMap, ContextVariable } from "../pg/context.ts";
import type { Answer } from "./evaluate.ts";
import type { Reason, Standing } from "./result.ts";
import { claimAt, hasClaim, variableText, type User, type Variables } from "./user.ts";

const FORMS: Partial<Record<string, RegExp>> = {
  uuid: /^\s*\{?([0-9a-f]{4}-?){7}[0-9a-f]{4}\}?\s*$/i,
  integer: /^\s*[+-]?\d+\s*$/,
  bigint: /^\s*[+-]?\d+\s*$/,
};

/**
 * The reason of a change, where the claims or the rows leave one only. `read`: the paths that the new policies read, null
 * where any may count.
 */
export function reasonOf(
  answer: Extract<Answer, { kind: "told" }>,
  user: User,
  { standing, variables }: { standing: Standing; variables: Variables },
  map: ContextMap,
  read: readonly (readonly string[])[] | null,
): Reason | null {
  const names = new Set(read?.map((path) => path.join(".")));
  const mapped = map.variables.filter(({ claim }) => claim.length > 0 && (read === null || names.has(claim.join("."))));
  const { after, lost, gained } = answer;
  if (after.kind === "raised") return after.sqlstate === "22P02" ? malformed(mapped, user) : null;
  if (lost > 0) {
    const missing = mapped.filter(({ claim }) => !hasClaim(user.token, claim));
    const claims = missing.map(({ claim }) => claim.join("."));
    if (missing.length > 1 && missing.length === mapped.length) return { kind: "no claims", claims };
    const other = mapped.filter(
      (variable) => !missing.includes(variable) && differs(variable, user, standing, variables),
    );
    const [one, ...more] = [
      ...claims.map((claim): Reason => ({ kind: "no claim", claim })),
      ...other.map(({ claim }): Reason => ({ kind: "other value", claim: claim.join(".") })),
    ];
    if (one) return more.length === 0 ? one : null;
  }
  const [column, ...others] = answer.nullColumns;
  if (column !== undefined && others.length === 0) return { kind: "null column", column };
  return lost === 0 && gained > 0 && standing === "without" ? { kind: "variable empty" } : null;
}

function malformed(mapped: readonly ContextVariable[], { token }: User): Reason | null {
  const bad = mapped.filter(({ claim, type }) => {
    const value = claimAt(token, claim);
    const form = FORMS[type];
    return (
      form !== undefined &&
      value !== undefined &&
      value !== null &&
      !form.test(typeof value === "string" ? value : JSON.stringify(value))
    );
  });
  const [one, ...more] = bad;
  return one && more.length === 0 ? { kind: "malformed claim", claim: one.claim.join("."), type: one.type } : null;
}

function differs(variable: ContextVariable, { token }: User, standing: Standing, variables: Variables): boolean {
  const set = variables[variable.setting];
  if (standing === "without" || set === undefined || set === "") return false;
  return variableText(claimAt(token, variable.claim), variable) !== set;
}
