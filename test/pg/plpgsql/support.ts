import { expect } from "vitest";
import type { PlFunction, Statement } from "../../../src/pg/plpgsql/node.ts";
import { parsePlBody } from "../../../src/pg/plpgsql/parse.ts";

/** A body as one of a function of this signature. */
export function read(body: string, signature = { arguments: "a int, b text", result: "int" }): PlFunction {
  const parsed = parsePlBody(body, signature);
  if (parsed.kind !== "parsed") throw new Error(`${JSON.stringify(parsed)} in ${body}`);
  return parsed.fn;
}

/** Statements without places and lines, each SQL text as text and each target as it would be written. */
export function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== "object" || value === null) return value;
  if ("text" in value && "copied" in value) return value.text;
  const entries = Object.entries(value).filter(([key]) => !["line", "place", "variable", "cursor"].includes(key));
  return Object.fromEntries(entries.map(([key, inner]) => [key, shapeOf(inner)]));
}

/** The only statement of a body. */
export function only(fn: PlFunction): Statement {
  const [statement, ...more] = fn.block.body;
  expect(more).toEqual([]);
  if (!statement) throw new Error("no statement");
  return statement;
}
