import type { PgFunction } from "../../pg/catalog.ts";
import { messageOf } from "../../errors.ts";
import { equal } from "../../pg/expr/equal.ts";
import { parseStatements } from "../../pg/expr/parse.ts";
import { spliceChanges } from "../../pg/expr/print.ts";
import { standardBodyIn, withBody } from "../../pg/function-body.ts";
import { nameKey } from "../../pg/name.ts";
import type { Cleaned } from "./cleaned.ts";
import type { Retired } from "./retired.ts";
import type { Question } from "./shape.ts";
import { withClaims } from "./with-claims.ts";
import { questionsOfCalls } from "./setting-calls.ts";
import { bareItems, raisesUnset, readsIn, setsOrNames, settingCall } from "./use.ts";
import { functionKey } from "../../pg/name.ts";
import { wholeLines } from "./lines.ts";

/**
 * Take the retired variables out of a function in SQL: reads become claims, and a statement that does nothing but set
 * them goes, unless it is the last, whose result is that of the function.
 */
export function cleanSqlBody(fn: PgFunction, retired: Retired): Cleaned {
  const ask = (question: Question): Cleaned => ({ kind: "asked", fn, questions: [question] });
  const text = fn.sqlStandardBody ? fn.definition : fn.body;
  try {
    const before = parseStatements(text);
    if (
      retired.withoutToken.has(functionKey(fn)) &&
      retired.decisions.ofFunction(nameKey(fn)) !== "claim" &&
      readsIn(before, retired).length > 0
    )
      return ask({ tag: "roles-without-token", line: null, about: null });
    const calls = before.map((statement) => {
      const items = bareItems([statement]);
      return items !== null && items.length > 0 && items.every((item) => settingCall(item, retired) !== null);
    });
    const removed = before.flatMap((statement, index) =>
      calls[index] === true ? (bareItems([statement]) ?? []).flatMap((item) => settingCall(item, retired) ?? []) : [],
    );
    const [question] = questionsOfCalls(removed, fn, retired);
    if (question) return ask({ ...question, line: null });
    if (calls.at(-1) === true) return ask({ tag: "nothing-left", line: null, about: null });
    const raises = raisesUnset(before, retired);
    const after = withClaims(before, retired);
    const changed = !equal(before, after);
    const spliced = changed ? spliceChanges(text, before, after) : text;
    if (spliced === null) return ask({ tag: "still-used", line: null, about: null });
    const kept = withoutStatements(spliced, calls);
    const again = parseStatements(kept);
    const expected = (after as typeof before).filter((_, index) => calls[index] !== true);
    if (!equal(again, expected)) return ask({ tag: "body-not-read", line: null, about: "not-as-cut" });
    if (readsIn(again, retired).length > 0 || setsOrNames(again, retired))
      return ask({ tag: "still-used", line: null, about: null });
    if (kept === text) return { kind: "unconcerned" };
    const definition = fn.sqlStandardBody ? kept : withBody(fn, kept);
    if (definition === null) return ask({ tag: "body-not-read", line: null, about: "not-placed" });
    return {
      kind: "edited",
      fn,
      body: fn.sqlStandardBody ? standardBodyIn(kept) : kept,
      definition,
      shapes: [...(calls.includes(true) ? ["setter-call"] : []), ...(changed ? ["setting-to-claim"] : [])],
      notes: raises ? [{ tag: "error-becomes-null", line: 1 }] : [],
    };
  } catch (error) {
    return ask({ tag: "body-not-read", line: null, about: messageOf(error) });
  }
}

/** The text without the statements that are marked, by their number, each with its semicolon and its line. */
function withoutStatements(text: string, marked: readonly boolean[]): string {
  if (!marked.includes(true)) return text;
  const bytes = Buffer.from(text, "utf8");
  const index = (byte: number): number => bytes.subarray(0, byte).toString("utf8").length;
  const statements = parseStatements(text);
  let result = text;
  for (const [number, statement] of [...statements.entries()].toReversed()) {
    if (marked[number] !== true) continue;
    const from = index(statement.stmt_location ?? 0);
    const end = statement.stmt_len ? index((statement.stmt_location ?? 0) + statement.stmt_len) : text.length;
    const start = from + (/^\s*/.exec(text.slice(from))?.[0].length ?? 0);
    const place = wholeLines(result, { start, end: text[end] === ";" ? end + 1 : end });
    result = result.slice(0, place.start) + result.slice(place.end);
  }
  return result;
}
