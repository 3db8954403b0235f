import { dollarQuote, quoteIdent, quoteLiteral } from "../../pg/identifier.ts";
import type { Row } from "../../fixtures/index.ts";
import { insertInto, spareRow } from "../attacks/index.ts";
import { rowCondition, type Target } from "../environment/index.ts";
import type { IsolationCheck } from "./isolation-tests.ts";

/** The shortest text that is looked for in a payload: shorter ones occur by accident. */
const SHORTEST = 3;

/**
 * What triggers of a table send by NOTIFY when a row is inserted, updated and deleted. PostgreSQL delivers it at COMMIT
 * (manual, "NOTIFY"), and a test ends with ROLLBACK: the trigger functions, as they are when the test runs, are created
 * again with a function in place of pg_notify that keeps the payload, and all is undone.
 */
export function notifyCheck(target: Target): Pick<IsolationCheck, "setup" | "sql" | "answer" | "expected"> | null {
  const row = spareRow(target, "own");
  if (row === null) return null;
  const values = payloadOf(target, row);
  const where = rowCondition(target, row);
  const again = target.columns.find(({ name }) => name in row && !target.primaryKey.includes(name))?.name;
  const replaced = `declare
  definition text;
begin
  for definition in
    select pg_get_functiondef(tgfoid) from pg_trigger
    where tgrelid = ${quoteLiteral(target.sql)}::regclass and not tgisinternal and tgenabled <> 'D'
  loop
    execute regexp_replace(definition, '(pg_catalog[.])?pg_notify *[(]', 'pg_temp.rlsmith_notify(', 'gi');
  end loop;
end`;
  return {
    setup: [
      `create function pg_temp.rlsmith_notify(channel text, payload text) returns void language plpgsql as ${dollarQuote(
        "begin perform set_config('rlsmith.sent', concat(current_setting('rlsmith.sent', true), payload), true); end",
      )}`,
      "grant execute on function pg_temp.rlsmith_notify(text, text) to public",
      `do ${dollarQuote(replaced)}`,
      insertInto(target, row),
      ...(again === undefined
        ? []
        : [`update ${target.sql} t set ${quoteIdent(again)} = ${quoteIdent(again)} where ${where}`]),
      `delete from ${target.sql} t where ${where}`,
    ],
    sql: "select current_setting('rlsmith.sent', true)",
    answer: "output",
    expected:
      values.length > 0 ? { kind: "hides", values, rows: "not foreign" } : { kind: "never", answers: "^output ." },
  };
}

/** Texts of the row beside its key and its tenant. */
const payloadOf = (target: Target, row: Row): string[] =>
  Object.entries(row).flatMap(([name, value]) =>
    typeof value === "string" &&
    value.length >= SHORTEST &&
    !target.primaryKey.includes(name) &&
    !(name in target.filled.context)
      ? [value]
      : [],
  );
