import { createHash } from "node:crypto";
import type { FunctionKey } from "../../pg/name.ts";
import type { FunctionSymbol, OpaqueKey, PredicateSymbol } from "../logic/symbol.ts";

const key = (kind: string, parts: unknown): OpaqueKey => `${kind} ${JSON.stringify(parts)}` as OpaqueKey;

/** An expression, by all that its value hangs on. A digest, since trees are long. */
export const expressionKey = (parts: readonly unknown[]): OpaqueKey =>
  key("expression", createHash("sha1").update(JSON.stringify(parts)).digest("hex"));

/** A column of a type that is not modelled, of the row that the symbol is about. */
export const columnValueKey = (column: string, type: string, side: "before" | "after" | null): OpaqueKey =>
  key("column", side === null ? [column, type] : [column, type, side]);

/** Whether a domain takes NULL. */
export const nullOfDomainKey = (domain: string): OpaqueKey => key("domain", [domain, "null"]);

/** How an argument is given to a function: as a term, or as one of the values that are no terms. */
export type ArgumentForm = "value" | "true" | "false" | "null";

/** A call of a function whose body is not read. `side`: where the function does not mean the same on both sides. */
export const callKey = (called: {
  fn: FunctionKey;
  forms: readonly ArgumentForm[];
  role: string;
  side: "before" | "after" | null;
}): OpaqueKey => key("call", [called.fn, called.forms, called.role, called.side]);

/** Under which key `opaques` tells why the symbol's value is not known; null for symbols that are interpreted. */
export function uninterpretedKey(symbol: FunctionSymbol | PredicateSymbol): OpaqueKey | null {
  switch (symbol.kind) {
    case "opaque value":
    case "opaque null":
    case "opaque true":
    case "opaque raises":
      return symbol.of;
    case "text function":
    case "widen":
    case "minus":
    case "times":
    case "quotient":
    case "remainder":
    case "text operator":
    case "precedes":
    case "bit":
      return key("symbol", symbol.key);
    case "json text":
      return symbol.plain ? key("symbol", symbol.key) : null;
    default:
      return null;
  }
}
