import type { Expr } from "../../pg/expr/node.ts";
import { as } from "../../pg/expr/node.ts";
import { equal } from "../../pg/expr/equal.ts";
import { parseExpr } from "../../pg/expr/parse.ts";
import { printExpr } from "../../pg/expr/print.ts";
import { columnRef } from "../../pg/expr/reads.ts";
import { binary, conjuncts, nameParts, stringConst } from "../../pg/expr/shape.ts";
import { transform } from "../../pg/expr/transform.ts";
import { some, walk } from "../../pg/expr/walk.ts";
import type { Unsure } from "../cause.ts";
import { onlyValue, overRow, type TriggerBody } from "./row.ts";
import type { Condition } from "./statements.ts";

export type Operation = "INSERT" | "UPDATE" | "DELETE";

/** The active rows, as the conditions around writes show them. */
export interface Said {
  /** SQL over the row that is true for every active row; null where there is no condition on the row */
  active: string | null;
  /** a condition that is not part of `active`, so that some of these rows may not be active; null where there is none */
  unsure: Unsure | null;
}

/**
 * Join the conditions of all writes on all operations; null if no write is ever reached. `by`: the function, null for
 * WHEN of a trigger.
 */
export function activeOf(
  writes: readonly { conditions: Condition[]; user: string | null }[],
  operations: readonly Operation[],
  body: TriggerBody,
  by: string | null,
): Said | null {
  // On DELETE there is no NEW, and therefore no user to write to.
  const said = operations
    .filter((operation) => operation !== "DELETE")
    .flatMap((operation) => writes.flatMap((write) => saidBy(write, operation, body, by) ?? []));
  const [first] = said;
  if (!first) return null;
  if (said.some(({ active }) => active !== first.active))
    return { active: null, unsure: { kind: "several conditions", function: by } };
  return { active: first.active, unsure: said.find(({ unsure }) => unsure !== null)?.unsure ?? null };
}

/** The conditions of one write on one operation, as far as they are on the row; null if the write is not reached. */
function saidBy(
  write: { conditions: Condition[]; user: string | null },
  operation: Operation,
  body: TriggerBody,
  by: string | null,
): Said | null {
  const kept = new Set<string>();
  let unsure: Unsure | null = null;
  for (const condition of write.conditions) {
    const settled = condition === null ? null : onOperation(withLocals(condition, body), operation);
    if (settled === false) return null;
    if (settled === true) continue;
    for (const part of settled === null ? [null] : conjuncts(settled)) {
      // A condition on the event, not on the row.
      if (part !== null && ofTheEvent(part)) continue;
      const own = part === null ? null : overRow(part, body);
      const sql = own === null ? null : printed(own);
      if (own === null || sql === null)
        unsure ??=
          part === null
            ? { kind: "unread condition", function: by }
            : { kind: "other condition", function: by, condition: printed(part) };
      else if (!ofTheUser(own, write.user)) kept.add(sql);
    }
  }
  const parts = [...kept];
  return {
    active: parts.length === 0 ? null : parts.map((sql) => (parts.length > 1 ? `(${sql})` : sql)).join(" AND "),
    unsure,
  };
}

/**
 * True for a condition on the user alone or on no column. A person without a login has no claims, so such a condition
 * does not decide which rows are active.
 */
function ofTheUser(own: Expr, user: string | null): boolean {
  const columns = new Set<string>();
  walk(own, (node) => void columns.add(columnRef(node)?.at(-1) ?? ""));
  columns.delete("");
  return columns.size === 0 || (columns.size === 1 && columns.has(user ?? ""));
}

/** A condition with each local that always has the same value replaced by that value. */
const withLocals = (node: Expr, body: TriggerBody, depth = 0): Expr =>
  transform(node, (inner, descend) => {
    const only = onlyValue(inner, body);
    return only && depth < 4 ? withLocals(only, body, depth + 1) : descend();
  });

/** True if every part of a condition refers to OLD or to TG_OP and similar variables. */
function ofTheEvent(node: Expr): boolean {
  const parts = as("BoolExpr", node)?.args ?? (as("BooleanTest", node)?.arg ? [as("BooleanTest", node)?.arg] : null);
  if (parts) return parts.every((part) => part !== undefined && ofTheEvent(part));
  return some(node, (inner) => /^(old|tg_\w+)$/.test(nameParts(as("ColumnRef", inner)?.fields)[0] ?? ""));
}

/** A condition with TG_OP known: true or false if it contains nothing else. */
function onOperation(node: Expr, operation: Operation): Expr | boolean {
  const bool = as("BoolExpr", node);
  if (bool) {
    const parts = (bool.args ?? []).map((arg) => onOperation(arg, operation));
    const open = parts.filter((part) => typeof part !== "boolean");
    const [only] = open;
    if (bool.boolop === "NOT_EXPR") return only ? { BoolExpr: { ...bool, args: open } } : parts[0] === false;
    const neutral = bool.boolop === "AND_EXPR";
    if (parts.includes(!neutral)) return !neutral;
    if (!only) return neutral;
    return open.length === 1 ? only : { BoolExpr: { ...bool, args: open } };
  }
  const test = as("BooleanTest", node);
  if (test?.arg) {
    const arg = onOperation(test.arg, operation);
    if (typeof arg !== "boolean") return { BooleanTest: { ...test, arg } };
    const kind = test.booltesttype ?? "";
    if (kind.endsWith("UNKNOWN")) return kind === "IS_NOT_UNKNOWN";
    return arg === (kind === "IS_TRUE" || kind === "IS_NOT_FALSE");
  }
  const compared = as("A_Expr", node);
  if (!compared || columnRef(compared.lexpr)?.join(".") !== "tg_op") return node;
  const values = (as("List", compared.rexpr)?.items ?? [compared.rexpr]).map((item) => stringConst(item));
  if (values.includes(null) || !(compared.kind === "AEXPR_IN" || binary(node))) return node;
  const operator = nameParts(compared.name).at(-1);
  if (operator !== "=" && operator !== "<>") return node;
  return values.includes(operation) === (operator === "=");
}

const WORDS: Record<string, string> = {
  IS_TRUE: "IS TRUE",
  IS_NOT_TRUE: "IS NOT TRUE",
  IS_FALSE: "IS FALSE",
  IS_NOT_FALSE: "IS NOT FALSE",
};

/**
 * The SQL of a condition. The printer omits the parentheses around the operand of a boolean test, so that is printed
 * here; null if the printer fails on anything else.
 */
function printed(node: Expr): string | null {
  try {
    return printExpr(node);
  } catch {
    const test = as("BooleanTest", node);
    const words = WORDS[test?.booltesttype ?? ""];
    const bool = as("BoolExpr", node);
    const parts = (bool?.args ?? [test?.arg]).map((part) => (part ? printed(part) : null));
    if (parts.includes(null) || (!bool && words === undefined)) return null;
    const [first = ""] = parts.map((part) => `(${part ?? ""})`);
    const text = bool
      ? bool.boolop === "NOT_EXPR"
        ? `NOT ${first}`
        : parts.map((part) => `(${part ?? ""})`).join(bool.boolop === "AND_EXPR" ? " AND " : " OR ")
      : `${first} ${words ?? ""}`;
    return equal(parseExpr(text), node) ? text : null;
  }
}
