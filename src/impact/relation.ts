import { pgErrorOf, type Db } from "../db/port.ts";
import type { Relation } from "../pg/catalog.ts";
import type { ContextMap } from "../pg/context.ts";
import { groupBy } from "../pg/group-by.ts";
import { parseExpr } from "../pg/expr/parse.ts";
import { nameKey, quoteName } from "../pg/name.ts";
import { evaluableAfter, isCannotTell, isChanged, type Evaluable, type Worlds } from "./after.ts";
import { columnsRead, groupQuery, type Groups } from "./columns.ts";
import { causeOf, evaluate, type Answer, type Profile } from "./evaluate.ts";
import { keyedBy } from "./keyed.ts";
import { followReading, followText } from "./follow.ts";
import { isStable } from "./reads.ts";
import { arrivalsOf, requestReads, type Arrival, type RequestReads } from "./request.ts";
import type { CannotTell, RelationImpact, Sample } from "./result.ts";
import { shownRows } from "./shown-rows.ts";
import type { VariableQueries } from "./see.ts";
import { newTally, type Tally, type UserAnswer } from "./tally.ts";
import { evaluatedOnce } from "./unconditional.ts";
import type { User } from "./user.ts";

/** The limits of reading a relation. */
export interface Limits {
  /** milliseconds for each statement */
  statementTimeout: number;
  /** rows above which a sample is read */
  sampleAbove: number;
}

/** What is asked about all relations. */
export interface Asked {
  worlds: Worlds;
  context: ContextMap;
  users: readonly User[];
  limits: Limits;
  /** null: the users are not those of auth.users, from where a statement could take their claims */
  queries: VariableQueries | null;
}

/** Distinct values of a relation beyond which it is not evaluated for every user. */
const MOST_GROUPS = 50_000;
const LOCK_TIMEOUT = "2s";

/** The impact on one relation, in a read-only transaction of its own. */
export async function relationImpact(db: Db, relation: Relation, asked: Asked): Promise<RelationImpact> {
  const { worlds, users, limits } = asked;
  const start = performance.now();
  const roles = [...groupBy(users, ({ role }) => role)];
  const isDirect = roles.some(([role]) => isChanged(worlds, { relation, role }));
  const tally = newTally(asked.context, relation, asked.queries);
  const found: Pick<RelationImpact, "rows" | "groups" | "sample"> = { rows: null, groups: null, sample: null };
  await db.exec("begin transaction isolation level repeatable read read only");
  try {
    await db.exec(
      `set local statement_timeout = ${limits.statementTimeout}; set local lock_timeout = '${LOCK_TIMEOUT}'; set local row_security = off`,
    );
    for (const [role, alike] of roles) {
      const because = await ofRole(db, relation, { role, users: alike }, asked, { tally, found });
      if (because !== null) tally.untold(because, alike);
    }
  } finally {
    await db.exec("rollback").catch(() => {});
  }
  if (found.sample !== null) tally.untold({ kind: "sample" }, null);
  return {
    relation: nameKey(relation),
    touched: isDirect ? "directly" : "through others",
    ...found,
    ...tally.result(users.length),
    milliseconds: Math.round(performance.now() - start),
  };
}

interface Into {
  tally: Tally;
  found: Pick<RelationImpact, "rows" | "groups" | "sample">;
}

/** The users of one role; null if each of them has an answer, or a reason why it has none. */
async function ofRole(
  db: Db,
  relation: Relation,
  { role, users }: { role: string; users: readonly User[] },
  { worlds, context, limits }: Asked,
  { tally, found }: Into,
): Promise<CannotTell | null> {
  const { before, after } = worlds;
  if (!before.side.catalog.roles.some((one) => one.name === role)) return { kind: "login may not become", role };
  const shown = shownRows(before.side, relation, role);
  // without the privilege no row is read, whatever policies say
  if (shown.kind === "all" || !before.side.hasPrivilege(relation, "SELECT", role)) return null;
  const evaluable = evaluableAfter(worlds, { relation, role });
  if (isCannotTell<Evaluable>(evaluable)) return evaluable;
  const followed = [
    followReading(before, { relation, role }),
    followReading(after, { relation, role }),
    followText(after, evaluable.text, role),
  ];
  const [session] = followed.flatMap(({ sessionValues }) => sessionValues);
  if (session !== undefined) return { kind: "session value", name: session };
  const [volatile] = followed.flatMap((one) => one.volatile);
  if (volatile !== undefined) return { kind: "volatile function", name: volatile };
  const unusable = schemaNotUsable(worlds, [shown.text, evaluable.text], role);
  if (unusable !== null) return { kind: "schema not usable", schema: unusable };
  const read = await readGroups(db, relation, [shown.text, evaluable.text], evaluable, { worlds, limits });
  if (isCannotTell<ReadRows>(read)) return read;
  Object.assign(found, {
    rows: read.rows,
    groups: Math.max(found.groups ?? 0, read.groups.counts.length),
    sample: read.sample,
  });
  const reads = requestReads(followed, context);
  const { arrivals, unknown } = arrivalsOfAll(users, context, reads);
  if (unknown.length > 0) tally.untold({ kind: "variables unknown" }, unknown);
  const profiles = new Map<string, Profile>();
  for (const { arrival } of arrivals) if (!profiles.has(arrival.key)) profiles.set(arrival.key, arrival.profile);
  const once = {
    before: evaluatedOnce(shown.text, (node) => isStable(before, node)),
    after: evaluatedOnce(evaluable.text, (node) => isStable(after, node)),
  };
  const question = {
    catalog: before.catalog,
    relation,
    groups: read.groups,
    before: shown.text,
    after: evaluable,
    once,
    keyed: keyedBy(read.groups, once, evaluable),
    inserted: read.inserted,
    isSample: read.sample !== null,
  };
  const answers = await evaluate(db, question, role, [...profiles.values()]);
  if (!(answers instanceof Map)) return answers;
  const newClaims = requestReads(followed.slice(1), context).claims;
  const all = arrivals.flatMap(({ user, arrival }): UserAnswer[] => {
    const profile = profiles.get(arrival.key);
    const answer: Answer | undefined = profile && answers.get(profile);
    return answer ? [{ user, standing: arrival.standing, variables: arrival.profile.settings, answer, newClaims }] : [];
  });
  tally.add(all);
  return null;
}

function arrivalsOfAll(
  users: readonly User[],
  context: ContextMap,
  reads: RequestReads,
): { arrivals: { user: User; arrival: Arrival }[]; unknown: User[] } {
  const unknown: User[] = [];
  const arrivals = users.flatMap((user) => {
    const made = arrivalsOf(user, context, reads);
    if (!made.isKnown) unknown.push(user);
    return made.arrivals.map((arrival) => ({ user, arrival }));
  });
  return { arrivals, unknown };
}

interface ReadRows {
  groups: Groups;
  inserted: Groups[];
  rows: number;
  sample: Sample | null;
}

/** The rows of the relation, and those of the relations that take the place of others, as the login sees them: all. */
async function readGroups(
  db: Db,
  relation: Relation,
  texts: readonly string[],
  { inserted }: Evaluable,
  { worlds, limits }: Pick<Asked, "worlds" | "limits">,
): Promise<ReadRows | CannotTell> {
  const raw = rawRelation(worlds, relation);
  const columns = columnsRead(
    raw,
    texts.map((text) => parseExpr(text)),
  );
  if (!Array.isArray(columns)) return columns;
  await db.exec("savepoint rlsmith_rows");
  try {
    const estimated = await estimatedRows(db, relation);
    const share = estimated > limits.sampleAbove ? Math.max((100 * limits.sampleAbove) / estimated, 0.0001) : null;
    const from = `${quoteName(relation)}${share === null ? "" : ` tablesample bernoulli (${share})`}`;
    const groups = await groupsOf(db, columns, from);
    if (groups.counts.length > MOST_GROUPS) return { kind: "too many groups", most: MOST_GROUPS };
    const others: Groups[] = [];
    for (const one of inserted) {
      const named = new Set(one.columns.map(({ name }) => name));
      const other = rawRelation(worlds, one.relation);
      const rows = await groupsOf(
        db,
        other.columns.filter(({ name }) => named.has(name)),
        quoteName(one.relation),
      );
      if (rows.counts.length > MOST_GROUPS) return { kind: "too many groups", most: MOST_GROUPS };
      others.push(rows);
    }
    const rows = groups.counts.reduce((sum, count) => sum + Number(count), 0);
    const sample = share === null ? null : { rows, ofRows: estimated, bound: rows === 0 ? 1 : Math.min(1, 3 / rows) };
    return { groups, inserted: others, rows, sample };
  } catch (error) {
    const cause = causeOf(error, "rows");
    await db.exec("rollback to savepoint rlsmith_rows");
    const isBound = pgErrorOf(error)?.sqlstate === "42501";
    return isBound ? { kind: "login is bound" } : cause;
  }
}

async function groupsOf(db: Db, columns: Groups["columns"], from: string): Promise<Groups> {
  const rows = await db.query<{ n: string; v: (string | null)[] }>(groupQuery(columns, from, MOST_GROUPS));
  return { columns, counts: rows.map(({ n }) => n), values: rows.map(({ v }) => v) };
}

/** The planner's number, of a partitioned table that of its partitions; 0 where nothing is known. */
async function estimatedRows(db: Db, relation: Relation): Promise<number> {
  const [row] = await db.query<{ n: string | null }>(
    `select sum(greatest(c.reltuples, 0))::bigint::text as n from pg_partition_tree($1::regclass) t join pg_class c on c.oid = t.relid`,
    [quoteName(relation)],
  );
  if (row?.n !== null && row?.n !== undefined && row.n !== "0") return Number(row.n);
  const [plain] = await db.query<{ n: string }>(
    "select greatest(reltuples, 0)::bigint::text as n from pg_class where oid = $1::regclass",
    [quoteName(relation)],
  );
  return Number(plain?.n ?? 0);
}

/** The relation as the catalog has it: a side gives collations to the types of columns. */
const rawRelation = ({ before }: Worlds, { schema, name }: Relation): Relation => {
  const found = before.catalog.relations.find((one) => one.schema === schema && one.name === name);
  if (!found) throw new Error("a side has the relations of its catalog");
  return found;
};

/**
 * A schema that the texts name and that the role may not use. PostgreSQL resolves the names of a policy when it is
 * created; a statement is parsed with the privileges of who runs it.
 */
function schemaNotUsable({ after }: Worlds, texts: readonly string[], role: string): string | null {
  const named = (after.catalog.schemas ?? []).filter(({ name }) => texts.some((text) => mentions(text, name)));
  return named.find(({ name }) => !after.side.mayUse(name, role))?.name ?? null;
}

/** Any mention counts, also one in a literal. */
const mentions = (text: string, schema: string): boolean =>
  text.includes(`${schema}.`) || text.includes(`"${schema}".`);
