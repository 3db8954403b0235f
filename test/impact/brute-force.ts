import { pgErrorOf, type Db } from "../../src/db/port.ts";
import type { Impact } from "../../src/impact/index.ts";
import { quoteLiteral } from "../../src/pg/identifier.ts";
import type { Plan } from "../../src/plan/plan.ts";

/** Somebody whose requests are tried, as the test knows them. */
export interface Tried {
  /** null: a request without a token */
  id: string | null;
  role: string;
  claims: object | null;
  /** what the application sets, once for each of its rows */
  variables: Record<string, string>[];
}

/** The keys of the rows that a request reads, or the error that it raises. */
type Read = { ids: Set<string> } | { sqlstate: string };

export interface Difference {
  relation: string;
  user: string | null;
  standing: "with" | "without";
  change: "would raise" | "loses all" | "loses some" | "gains";
}

const keyOf = (one: Difference): string => JSON.stringify([one.relation, one.user, one.standing, one.change]);

/**
 * What a plan does to users, by trying it: the rows that each of them reads, then the plan's statements, then the rows
 * again. No two rows of a relation are alike. Leaves the plan in force.
 */
export async function bruteForce(
  db: Db,
  plan: Plan,
  relations: readonly string[],
  users: readonly Tried[],
  settings: readonly string[],
): Promise<Difference[]> {
  const before = await readAll(db, relations, users, settings);
  for (const step of plan.steps) for (const statement of step.up) await db.exec(statement);
  const after = await readAll(db, relations, users, settings);
  return before.flatMap(({ relation, user, standing, read }, n): Difference[] => {
    const then = after[n]?.read;
    if (!then) throw new Error("the same requests are tried twice");
    const change = changeOf(read, then);
    return change === null ? [] : [{ relation, user, standing, change }];
  });
}

function changeOf(before: Read, after: Read): Difference["change"] | null {
  if ("sqlstate" in after) return "sqlstate" in before ? null : "would raise";
  if ("sqlstate" in before) return after.ids.size > 0 ? "gains" : null;
  const lost = [...before.ids].filter((id) => !after.ids.has(id)).length;
  const gained = [...after.ids].filter((id) => !before.ids.has(id)).length;
  if (lost > 0) return lost === before.ids.size ? "loses all" : "loses some";
  return gained > 0 ? "gains" : null;
}

async function readAll(
  db: Db,
  relations: readonly string[],
  users: readonly Tried[],
  settings: readonly string[],
): Promise<{ relation: string; user: string | null; standing: "with" | "without"; read: Read }[]> {
  const all: { relation: string; user: string | null; standing: "with" | "without"; read: Read }[] = [];
  const empty = Object.fromEntries(settings.map((name) => [name, ""]));
  for (const user of users)
    for (const relation of relations) {
      for (const variables of user.variables)
        all.push({
          relation,
          user: user.id,
          standing: "with",
          read: await reading(db, relation, user, { ...empty, ...variables }),
        });
      all.push({ relation, user: user.id, standing: "without", read: await reading(db, relation, user, empty) });
    }
  return all;
}

async function reading(
  db: Db,
  relation: string,
  { role, claims }: Tried,
  settings: Record<string, string>,
): Promise<Read> {
  const all = { ...settings, "request.jwt.claims": claims === null ? "" : JSON.stringify(claims) };
  const set = Object.entries(all).map(
    ([name, value]) => `select set_config(${quoteLiteral(name)}, ${quoteLiteral(value)}, true)`,
  );
  await db.exec("begin");
  try {
    await db.exec([...set, `set local role ${role}`].join(";"));
    const rows = await db.query<{ id: string }>(`select one::text as id from ${relation} one`);
    return { ids: new Set(rows.map(({ id }) => id)) };
  } catch (error) {
    const raised = pgErrorOf(error);
    if (!raised) throw error;
    return { sqlstate: raised.sqlstate };
  } finally {
    await db.exec("rollback");
  }
}

export interface Compared {
  /** differences that only one of both found, of what the impact says that it can tell */
  missed: Difference[];
  invented: Difference[];
  /** users × relations that the impact cannot tell */
  untold: number;
  found: number;
}

/** Compare an impact with what was found by trying. */
export function compared({ relations }: Pick<Impact, "relations">, tried: readonly Difference[]): Compared {
  const said = relations.flatMap(({ relation, changes }) =>
    changes.flatMap(({ standing, change, users }) => {
      if (users.total !== users.ids.length) throw new Error("more users than are listed: use up to twenty");
      return users.ids.map((user): Difference => ({ relation, user, standing, change }));
    }),
  );
  const untold = new Set(
    relations.flatMap(({ relation, untold: all }) =>
      all.flatMap(({ users }) => (users === null ? [relation] : users.ids.map((id) => JSON.stringify([relation, id])))),
    ),
  );
  const isUntold = ({ relation, user }: Difference): boolean =>
    untold.has(relation) || untold.has(JSON.stringify([relation, user]));
  const [saidKeys, triedKeys] = [new Set(said.map(keyOf)), new Set(tried.map(keyOf))];
  return {
    missed: tried.filter((one) => !saidKeys.has(keyOf(one)) && !isUntold(one)),
    invented: said.filter((one) => !triedKeys.has(keyOf(one)) && !isUntold(one)),
    untold: untold.size,
    found: tried.filter((one) => saidKeys.has(keyOf(one))).length,
  };
}
