import type { FunctionFacts } from "../../../classify/index.ts";
import type { Attempt, Said } from "../../matrix/index.ts";
import { callables, functionAttempts } from "../../attacks/index.ts";
import type { Judged } from "../../judge/index.ts";
import type { Run } from "../state.ts";
import { perform, sourceOf } from "../run.ts";

/** Every function that can be called, with own and with foreign values. */
export async function functions(run: Run): Promise<void> {
  const { ground } = run;
  const source = sourceOf(ground);
  const found = callables(ground.catalog, ground.facts, ground.setters, source);
  const actors = run.actors.filter(
    ({ class: cls, name }) => cls !== "bad claims" || name === "no claims" || name === "tenant missing",
  );
  for (const [n, callable] of found.entries()) {
    run.options.progress.tick("functions", n, found.length);
    const looksUp = mayLookUp(callable.facts);
    for (const actor of actors) {
      const attempts = functionAttempts(callable, actor, source);
      const own = attempts.find(({ attack }) => attack === OWN)?.sql;
      const said = new Map<string, Said>();
      // calls with own values and with values of nobody come first, for comparison
      const first = ({ judge, attack }: Attempt): number => Number(judge.kind === "control" || attack === OWN);
      const ordered = attempts.toSorted((a, b) => first(b) - first(a));
      await perform(run, { actor, attempts: ordered, standing: null }, (attempt, judged, answer) => {
        if (answer.kind === "answer") said.set(attempt.attack, answer.said);
        return looksUp && attempt.sql !== own ? tells(callable.fn.result, attempt, judged, said) : judged;
      });
    }
  }
}

const OWN = "call with own values";

/** True if the result of a function may come from rows, and not from its arguments alone. */
const mayLookUp = (facts: FunctionFacts | undefined): boolean =>
  facts === undefined || facts.opaque !== null || facts.tables.length > 0 || facts.calls.length > 0;

/**
 * A number or a boolean that differs between another tenant's values and values of nobody reveals something about that
 * tenant's rows; so do rows that are returned only for the other tenant's values. Exceptions: the result differs
 * between two values of nobody, or the rows are the persona's own.
 */
function tells(result: string, attempt: Attempt, judged: Judged, said: ReadonlyMap<string, Said>): Judged {
  if (judged.crosses || attempt.attack !== "call with another tenant's values") return judged;
  const nobody = said.get("call with nobody's values");
  const [theirs, nobodys, others] = [said.get(attempt.attack), nobody, said.get("call with other nobody's values")].map(
    textOf,
  );
  if (theirs === undefined || nobodys === undefined || theirs === nobodys || theirs === "") return judged;
  if (others !== nobodys) return judged;
  const scalar = /^(SETOF )?(smallint|integer|bigint|numeric|real|double precision|boolean)$/.test(result);
  // an own value in the result, and none of another tenant: they are own rows
  const { outcome } = judged;
  const isOwn = outcome.kind === "allowed" && outcome.own > 0;
  if (!scalar && (!isEmpty(nobody) || isOwn)) return judged;
  const evidence = `${theirs.slice(0, 80)} for another tenant, ${nobodys.slice(0, 80) || "nothing"} for nobody`;
  return { ...judged, crosses: true, outcome: { kind: "allowed", own: 0, foreign: 1, evidence } };
}

const textOf = (said: Said | undefined): string | undefined => (said?.kind === "output" ? said.text : undefined);

/** No rows, or one row without a value. */
function isEmpty(said: Said | undefined): boolean {
  if (said?.kind !== "output") return false;
  const [row, ...more] = said.rows;
  if (row === undefined) return true;
  const values = typeof row === "object" && row !== null ? Object.values(row) : [];
  return more.length === 0 && values.length > 0 && values.every((value) => NOTHING.has(JSON.stringify(value)));
}

const NOTHING = new Set(["[]", "{}", "null", '""']);
