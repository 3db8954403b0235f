import type { Touched } from "../denial.ts";
import type { StatementCount } from "../sample.ts";
import type { Cause, GateLimits, Judgement } from "./criterion.ts";
import { eachLack } from "./seen.ts";
import { callsByTouched, touchedKey } from "./statements.ts";
import type { Watched } from "./watched.ts";
import { worsePlans } from "./worse-plans.ts";

/**
 * No statement takes much longer than before. It has to read more blocks as well: a busy server or a cold cache makes
 * statements slower, and a lost index or a sub-query for each row makes them read more. A difference of less
 * than `slowerMs` is none: on a busy machine 0.1 ms are soon 0.3. Each relation × command with
 * traffic has to be compared, by a statement that was called often enough before and since, or by the plans of a plain
 * statement as each role that uses it.
 */
export function speedCriterion({ seen, plan, limits }: Watched): Judgement {
  const { before, after } = seen;
  const [then, now] = [before.statements, after.statements];
  const plans = worsePlans(before, after);
  const causes = [...plans.causes];
  const compared = new Set<string>();
  for (const [key, one] of now) {
    const was = then.get(key);
    if (!was || was.calls < limits.calls || one.calls < limits.calls) continue;
    for (const touched of one.touched) compared.add(touchedKey(touched));
    causes.push(...slowerCauses(was, one, limits));
  }
  const used = callsByTouched(after);
  const isPlanned = (one: Touched): boolean => rolesOf(now.values(), one).every((role) => plans.isCompared(one, role));
  const asked = plan.touched.filter((one) => (used.get(touchedKey(one)) ?? 0) > 0);
  const open = asked
    .filter((one) => !compared.has(touchedKey(one)) && !isPlanned(one))
    .map((one) => notCompared(one, used.get(touchedKey(one)) ?? 0, [...then.values()]));
  const lacks = eachLack([...seen.statementLacks.values(), ...seen.planLacks.values()]);
  const neverTold = lacks.length > 0 || open.some(({ because }) => because === "new statements");
  return {
    criterion: "speed",
    state:
      causes.length > 0
        ? "failed"
        : asked.length > 0 && open.length === 0
          ? "passed"
          : neverTold
            ? "cannot be told"
            : "not enough yet",
    n: asked.length - open.length,
    k: causes.length,
    wanted: asked.length,
    causes: [...causes, ...open],
    notes: [],
    lacks,
  };
}

function slowerCauses(was: StatementCount, one: StatementCount, { slower, slowerMs }: GateLimits): Cause[] {
  const [before, after] = [was.time / was.calls, one.time / one.calls];
  const blocks = (one.blocks / one.calls + 1) / (was.blocks / was.calls + 1);
  if (after <= before * slower || after - before < slowerMs || blocks <= MORE_BLOCKS) return [];
  const { relations, role, command, queryId, calls } = one;
  return [{ cause: "slower", relations, role, command, queryId, before, after, calls }];
}

const MORE_BLOCKS = 1.5;

const rolesOf = (statements: Iterable<StatementCount>, one: Touched): string[] =>
  [...statements].flatMap(({ role, touched }) =>
    touched.some((of) => touchedKey(of) === touchedKey(one)) ? [role] : [],
  );

/** Statements that were all made since have nothing to be compared with, however long one waits. */
function notCompared(
  { relation, command }: Touched,
  calls: number,
  then: readonly StatementCount[],
): Extract<Cause, { cause: "not compared" }> {
  const key = touchedKey({ relation, command });
  const known = then.some(({ touched }) => touched.some((one) => touchedKey(one) === key));
  return { cause: "not compared", relation, command, calls, because: known ? "few calls" : "new statements" };
}
