import { quoteLiteral } from "../../../pg/identifier.ts";
import { fewest } from "../core-attempts.ts";
import type { Db } from "../../../db/port.ts";
import { note } from "../record.ts";
import type { Run } from "../state.ts";
import { perform } from "../run.ts";
import { leftovers, type Leftover } from "../session-states.ts";

/**
 * The number of times that a second client reads the variable that the first has set: a pool may have several
 * connections.
 */
const LOOKS = 20;

/**
 * Session state that one client of a pool leaves on its connection and another finds. Tested with a variable of our own
 * first; only if that leaks, and only with invented tenants, with the mapped variables. A variable is reset on every
 * connection where it is found. `other`: another client of the same URL.
 */
export async function pool(run: Run, other: Db): Promise<void> {
  const { environment } = run;
  await environment.finish();
  if (!(await leaks(other, environment.db))) {
    note(run, "no-pool", "the two connections");
    return;
  }
  note(run, "pool-leaks", "the pool");
  if (!environment.writes) return;
  for (const left of leftovers(environment)) await withLeft(run, other, left);
}

/** Attack with session variables that the other client has left behind. */
async function withLeft(run: Run, other: Db, left: Leftover): Promise<void> {
  const { environment } = run;
  const names = left.opened.settings;
  const isLeft = async (): Promise<boolean> => {
    const [row] = await environment.db.query<{ value: string | null }>(
      `select nullif(current_setting(${quoteLiteral(names[0] ?? "")}, true), '') as value`,
    );
    return row?.value != null;
  };
  for (const actor of run.actors.filter(({ class: cls }) => cls === "member")) {
    await environment.finish();
    await other.exec(`begin; ${left.set.join("; ")}; commit`);
    const attempts = fewest(run, actor);
    await environment.withLeftSettings(async () =>
      perform(run, {
        actor,
        attempts,
        standing: {
          name: "left over in the pool",
          by: { kind: "leftover" },
          setup: [],
          prelude: [],
          earlier: [...left.set],
          opened: left.opened,
        },
      }),
    );
    for (let look = 0; look < LOOKS && (await isLeft()); look += 1) await environment.db.exec(left.clear.join("; "));
  }
}

/** True if a session variable that one client has set and committed is visible to another. */
export async function leaks(setter: Db, looker: Db): Promise<boolean> {
  const name = `rlsmith_probe.left_${process.pid}`;
  await setter.exec(`begin; set ${name} = 'here'; commit`);
  try {
    for (let look = 0; look < LOOKS; look += 1) {
      const [row] = await looker.query<{ value: string | null }>("select current_setting($1, true) as value", [name]);
      if (row?.value === "here") return true;
    }
    return false;
  } finally {
    await looker.exec(`reset ${name}`).catch(() => {});
    await setter.exec(`reset ${name}`).catch(() => {});
  }
}
