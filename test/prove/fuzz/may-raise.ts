import { quoteLiteral } from "../../../src/pg/identifier.ts";
import { prove } from "../../../src/prove/prove.ts";
import type { Contradiction } from "./fuzz.ts";
import { kindOf } from "./judge.ts";
import { CLAIMS, CLAIM_PATHS, SETTINGS, TABLES } from "./schema.ts";
import type { FuzzSide } from "./sides.ts";
import type { State } from "./runner.ts";
import { catalogOf, textOf } from "./text.ts";

/**
 * Whether both sides may raise at the point, by the prover's own lights. Of such points a verdict tells only that one side may allow what the
 * other never does; which of two errors that may come does come is left to the planner. The rows of other tables are not pinned.
 */
export function mayRaiseBoth(found: Contradiction): boolean {
  if (kindOf(found.before) !== "error" && kindOf(found.after) !== "error") return false;
  return [found.given.before, found.given.after].every((side) => mayRaise(found, side));
}

function mayRaise({ given, component, state }: Contradiction, side: FuzzSide): boolean {
  const never: FuzzSide = { functions: side.functions, policies: [] };
  const verdicts = prove(catalogOf(textOf(side), given.guarded), catalogOf(textOf(never), given.guarded), {
    relations: new Set(["public.docs"]),
    roles: [state.role],
    assumptions: [{ name: "here", conditions: pins(state) }],
  });
  const verdict = verdicts.find((other) => other.component === component && other.role === state.role);
  return verdict?.decision === "unknown" || verdict?.errors.includes("error->deny") === true;
}

/** The settings, the token and the row of a point, as conditions. */
function pins(state: State): string[] {
  const settings = [...SETTINGS.map(({ name }) => name), CLAIMS].map((name) => {
    const value = state.settings[name];
    if (name === CLAIMS && value !== undefined && value !== "") return `current_setting('${name}', true) <> ''`;
    return value === undefined
      ? `current_setting('${name}', true) is null`
      : `current_setting('${name}', true) = ${quoteLiteral(value)}`;
  });
  const token: unknown = JSON.parse(state.settings[CLAIMS] || "null");
  const members = CLAIM_PATHS.map(({ path }) => {
    const keys = path.map((key) => quoteLiteral(key));
    const last = keys.pop() ?? "";
    const text = textAt(token, path);
    return `(${["auth.jwt()", ...keys].join(" -> ")} ->> ${last}) ${text === null ? "is null" : `= ${quoteLiteral(text)}`}`;
  });
  const [row = {}] = state.candidates ?? state.docs ?? [];
  const columns = TABLES.docs.columns.flatMap(({ name, type }) => {
    const value = row[name] ?? null;
    if (type === "text[]") return value === null ? [`docs.${name} is null`] : [];
    if (type === "boolean") return [`docs.${name} is ${value === null ? "null" : value === "t" ? "true" : "false"}`];
    return [
      value === null
        ? `docs.${name} is null`
        : `docs.${name} = ${typeof value === "number" ? value : quoteLiteral(String(value))}`,
    ];
  });
  return [...settings, ...(token === null ? [] : members), ...columns];
}

/** What ->> gives. */
function textAt(token: unknown, path: readonly string[]): string | null {
  let at = token;
  for (const key of path) {
    if (typeof at !== "object" || at === null || Array.isArray(at)) return null;
    at = (at as Record<string, unknown>)[key] ?? null;
  }
  if (at === null) return null;
  // as jsonb prints it
  return typeof at === "object" ? JSON.stringify(at).replaceAll(",", ", ").replaceAll('":', '": ') : String(at);
}
