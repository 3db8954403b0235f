import { pgErrorOf } from "../../../db/port.ts";
import { quoteLiteral, quoteRole } from "../../../pg/identifier.ts";
import { readRowKeys } from "../../../pg/row-key.ts";
import { raisedBy } from "../../../request/index.ts";
import { keys, on } from "../../attacks/index.ts";
import type { Attempt, Answered, Unsettled } from "../../matrix/index.ts";
import { judge, type Judged } from "../../judge/index.ts";
import type { Actor } from "../../personas/index.ts";
import { record } from "../record.ts";
import { targetsFor, type Run } from "../state.ts";

/**
 * COPY … TO STDOUT: it cannot run inside a DO block, so each takes a round trip of its own. It would read a whole
 * table, so it is never run on a live database.
 */
export async function copy(run: Run): Promise<void> {
  const { environment } = run;
  const actors = run.actors.filter(({ class: cls, token }) => cls !== "bad claims" || token === "no claims");
  // it would read the whole table of a live database, and the embedded engine copies to files only
  const why = environment.sampled ? "copy on a live database" : "copy on the embedded engine";
  for (const actor of actors)
    for (const target of targetsFor(run, actor).values()) {
      if (target.primaryKey.length === 0) continue;
      const query = keys(target, `${target.sql} t`);
      const attempt = on(target, {
        command: "COPY",
        attack: "copy to",
        sql: `copy (${query}) to stdout`,
        query,
        answer: "keys",
        probe: null,
      });
      const judged =
        environment.sampled || environment.db.copyOut === null
          ? notTried(why)
          : judge(attempt, actor, await copied(run, actor, attempt), run.facts);
      record(run, { actor, attempts: [attempt], standing: null }, attempt, judged);
    }
}

const notTried = (why: Extract<Unsettled, { kind: "not tried" }>["why"]): Judged => ({
  outcome: { kind: "not settled", cause: { kind: "not tried", why } },
  crosses: false,
  relations: [],
});

async function copied(run: Run, actor: Actor, attempt: Attempt): Promise<Answered> {
  const { db } = run.environment;
  return run.environment.transaction(async () => {
    await db.exec("savepoint rlsmith_copy");
    try {
      const steps = [
        ...actor.setup,
        ...(actor.claims === null
          ? []
          : [`select set_config('request.jwt.claims', ${quoteLiteral(actor.claims)}, true)`]),
        `set local role ${quoteRole(actor.role)}`,
      ];
      await db.exec(steps.join("; "));
      const text = (await db.copyOut?.(attempt.sql)) ?? "";
      // one line with one JSON array; of the characters in JSON, COPY escapes only the backslash
      const keys = readRowKeys(text.trimEnd().replaceAll("\\\\", "\\"));
      return { kind: "answer", said: { kind: "keys", keys }, changed: [] };
    } catch (error) {
      const raised = pgErrorOf(error);
      if (!raised) throw error;
      return raisedBy(raised);
    } finally {
      await db.exec("rollback to savepoint rlsmith_copy");
    }
  });
}
