import type { Attempt } from "../attempt.ts";
import { callables, functionAttempts } from "../attacks/function.ts";
import type { Judged } from "../judge.ts";
import { perform, sourceOf, type Run } from "../run.ts";

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
    for (const actor of actors) {
      const attempts = functionAttempts(callable, actor, source);
      const texts = new Map<string, string>();
      // what nobody's values answer comes first, to compare with
      const ordered = attempts.toSorted(
        (a, b) => Number(b.judge.kind === "control") - Number(a.judge.kind === "control"),
      );
      await perform(run, { actor, attempts: ordered, standing: null }, (attempt, judged, answer) => {
        if (answer.kind === "answer") texts.set(attempt.attack, answer.text);
        return tells(callable.fn.result, attempt, judged, texts);
      });
    }
  }
}

/**
 * A number or a truth that is another for another tenant's values than for nobody's says something about that tenant's rows; so do rows that
 * come back for the one and not for the other.
 */
function tells(result: string, attempt: Attempt, judged: Judged, texts: ReadonlyMap<string, string>): Judged {
  if (judged.crosses || attempt.attack !== "call with another tenant's values") return judged;
  const [theirs, nobodys] = [texts.get(attempt.attack), texts.get("call with nobody's values")];
  if (theirs === undefined || nobodys === undefined || theirs === nobodys || theirs === "") return judged;
  const scalar = /^(SETOF )?(smallint|integer|bigint|numeric|real|double precision|boolean)$/.test(result);
  if (!scalar && !EMPTY.test(nobodys)) return judged;
  const evidence = `${theirs.slice(0, 80)} for another tenant, ${nobodys.slice(0, 80) || "nothing"} for nobody`;
  return { ...judged, crosses: true, outcome: { kind: "allowed", own: 0, foreign: 1, evidence } };
}

/** No rows, or one that holds nothing. */
const EMPTY = /^$|^\{"[^"]+": (\[\]|\{\}|null|"")\}$/;
