import type { Cause, Judgement } from "./criterion.ts";
import type { Watched } from "./watched.ts";

/**
 * No statement takes much longer than before. It has to read more blocks as well: a busy server or a cold cache makes
 * statements slower, and a lost index or a sub-query for each row makes them read more.
 */
export function speedCriterion({ seen, limits }: Watched): Judgement {
  const causes: Cause[] = [];
  let compared = 0;
  for (const [key, now] of seen.after.statements) {
    const then = seen.before.statements.get(key);
    if (!then || then.calls < limits.calls || now.calls < limits.calls) continue;
    compared += 1;
    const [was, is] = [then.time / then.calls, now.time / now.calls];
    const blocks = (now.blocks / now.calls + 1) / (then.blocks / then.calls + 1);
    if (is > was * limits.slower && blocks > MORE_BLOCKS)
      causes.push({
        cause: "slower",
        relations: now.relations,
        role: now.role,
        command: now.command,
        queryId: now.queryId,
        before: was,
        after: is,
        calls: now.calls,
      });
  }
  const lacks = [...seen.statementLacks.values()];
  return {
    criterion: "speed",
    state:
      causes.length > 0 ? "failed" : compared > 0 ? "passed" : lacks.length > 0 ? "cannot be told" : "not enough yet",
    n: compared,
    k: causes.length,
    wanted: 1,
    causes,
    notes: [],
    lacks,
  };
}

const MORE_BLOCKS = 1.5;
