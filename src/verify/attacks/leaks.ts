import type { Relation, UserType } from "../../pg/catalog.ts";
import { dollarQuote, quoteIdent, quoteLiteral } from "../../pg/identifier.ts";
import { functionKey, nameKey, quoteName } from "../../pg/name.ts";
import { rowsSql, type Attempt } from "../matrix/index.ts";
import { literal, tablesBehind, type Surface, type Target, type Targets } from "../environment/index.ts";
import { on, tenantColumn } from "./rows.ts";
import { plain } from "./signature.ts";
import { kindOf } from "./value-kind.ts";

/** The number of own values that are left out by name. */
const LEFT_OUT = 12;

/**
 * LEAKPROOF functions over the columns of a table: PostgreSQL may evaluate them before the policies, so that an error
 * which names its argument shows rows of others (manual, section "Rules and Privileges"). Own rows, and rows with a
 * value that an own row has as well, are left out: the first error ends the statement. Each comparison with a constant
 * costs as much as a cheap function, and PostgreSQL evaluates conditions of the same cost in their order.
 */
export function leakproofAttempts(
  target: Target,
  surface: Surface,
  tenantSetting: string | null,
  types: readonly UserType[],
): Attempt[] {
  const tenant = tenantColumn(target, tenantSetting);
  // not `= victim`: PostgreSQL would compare that with the policy's tenant before it reads any row
  const notOf =
    tenant === null ? [] : [...new Set([...target.ownRows, ...target.otherRows].map((row) => literal(row[tenant])))];
  const others = tenant === null ? [] : notOf.slice(0, LEFT_OUT).map((one) => `t.${quoteIdent(tenant)} <> ${one}`);
  const leftOut = tenant === null ? [...target.ownRows, ...target.otherRows] : target.ownRows;
  return surface.leakproof.flatMap((fn) =>
    fn.arguments.flatMap((type, place) =>
      target.columns
        .filter((column) => column.type === type)
        .map(({ name }): Attempt => {
          const column = `t.${quoteIdent(name)}`;
          const mine = new Set(leftOut.flatMap((row) => (row[name] === null ? [] : [literal(row[name])])));
          const given = fn.arguments.map((other, n) =>
            n === place ? column : `${literal(plain(other, types))}::${other}`,
          );
          const conditions = [
            ...others,
            ...[...mine].slice(0, LEFT_OUT).map((value) => `${column} <> ${value}`),
            `${quoteName(fn)}(${given.join(", ")}) is null`,
          ];
          return {
            ...on(target, {
              command: "SELECT",
              attack: `read where ${nameKey(fn)} of ${name} is null`,
              sql: `select '[]' from ${target.sql} t where ${conditions.join(" and ")} limit 1`,
              answer: "keys",
              probe: null,
            }),
            through: { kind: "function", name: functionKey({ ...fn, identityArguments: fn.arguments.join(",") }) },
          };
        }),
    ),
  );
}

/**
 * A view with its owner's rights that shows some rows of a table, without security_barrier: a cheap function of the
 * caller in WHERE is evaluated before the condition of the view, and sees every row (manual, section 41.5).
 */
export function barrierAttempts(view: Relation, surface: Surface, targets: Targets): Attempt[] {
  const name = nameKey(view);
  if (view.kind !== "view" || view.securityInvoker === true) return [];
  if (surface.barriers.some((one) => nameKey(one) === name)) return [];
  const behind = [...tablesBehind(surface, name)].filter((table) => targets.has(table));
  const texts = view.columns.filter(({ type }) => kindOf(type) === "text").slice(0, 3);
  return texts.map(({ name: column }) => ({
    relation: behind[0] ?? name,
    through: { kind: "view", name },
    behind,
    command: "SELECT",
    form: { kind: "barrier" },
    attack: `read with a function of one's own over ${column}`,
    sql: rowsSql(`select * from ${quoteName(view)} where pg_temp.rlsmith_peek(${quoteIdent(column)}::text)`),
    answer: "output",
    probe: null,
    judge: { kind: "foreign" },
  }));
}

/** The function that `barrierAttempts` calls: it raises for the texts of another tenant, and costs next to nothing. */
export function peekFunction(targets: Targets): string {
  const textsOf = (rows: "ownRows" | "foreignRows"): string[] =>
    [...targets.values()].flatMap((target) =>
      target[rows].flatMap((row) => Object.values(row).filter((value) => typeof value === "string")),
    );
  // what rows of both have shows nothing
  const own = new Set(textsOf("ownRows"));
  const texts = textsOf("foreignRows").filter((text) => !own.has(text));
  return `create function pg_temp.rlsmith_peek(seen text) returns boolean language plpgsql cost 0.0000001 as ${dollarQuote(
    `begin if seen = any (array[${[...new Set(texts)].slice(0, 500).map(quoteLiteral).join(", ")}]::text[]) then raise exception 'seen: %', seen; end if; return true; end`,
    "peek",
  )}`;
}
