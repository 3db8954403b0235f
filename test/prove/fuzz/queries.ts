import { column, type Maker } from "./maker.ts";
import type { SqlType, TableName } from "./schema.ts";
import { plain, tree, type Env, type Source, type Tree } from "./tree.ts";

const SHORT: Record<TableName, string> = { docs: "d", members: "m", orgs: "o", admins: "a" };

interface Opened {
  inner: Env;
  alias: string;
  /** what stands after FROM */
  where: string;
}

/** A sub-query over one table or a join of two; null where no table may be read. */
export function query<T>(maker: Maker, env: Env, table: TableName, make: (opened: Opened) => T): T {
  const { random } = maker;
  // the table's own name would hide an outer one of the same name
  const taken = env.scopes.flat().map(({ alias }) => alias);
  let alias = taken.includes(table) || random.chance(0.7) ? SHORT[table] : table;
  while (taken.includes(alias)) alias = `${alias}${taken.length}`;
  const inner = innerEnv(env, [{ alias, table }]);
  return make({ inner, alias, where: alias === table ? table : `${table} ${alias}` });
}

const innerEnv = (env: Env, sources: readonly Source[]): Env => ({
  scopes: [...env.scopes, sources],
  parameters: env.parameters,
  readable: env.readable.filter((table) => !sources.some((source) => source.table === table)),
});

/** EXISTS with a correlation, and perhaps a join. */
export function exists(maker: Maker, env: Env, depth: number): Tree | null {
  const { random } = maker;
  if (env.readable.length === 0) return null;
  const table = random.pick(env.readable);
  const others = env.readable.filter((other) => other !== table);
  const negated = random.chance(0.25) ? "not " : "";
  return query(maker, env, table, ({ inner, alias, where }) => {
    if (others.length > 0 && random.chance(0.25)) {
      const second = random.pick(others);
      const joined = innerEnv(env, [
        { alias, table },
        { alias: `${SHORT[second]}j`, table: second },
      ]);
      return tree(
        "exists",
        "boolean",
        env,
      )`(${negated}exists (select 1 from ${where} join ${second} ${SHORT[second]}j on ${link(maker, joined)} where ${both(maker, joined, depth)}))`;
    }
    return tree(
      "exists",
      "boolean",
      env,
    )`(${negated}exists (select 1 from ${where} where ${both(maker, inner, depth)}))`;
  });
}

/** Two columns in scope, or a column and the user, that are the same uuid. */
function link(maker: Maker, env: Env): Tree {
  const { random } = maker;
  const innermost: Env = { ...env, scopes: env.scopes.slice(-1) };
  const type: SqlType = random.weighted<SqlType>([
    [6, () => "uuid"],
    [1, () => "text"],
    [1, () => "app_role"],
  ]);
  const own = column(maker, innermost, type, null) ?? column(maker, innermost, "uuid", null);
  const place = (node: Tree): Tree => ({ ...node, env });
  if (!own) return plain("boolean", env, "true", "truth");
  const other = random.chance(0.6) ? column(maker, env, own.type, null) : null;
  return tree("compare", "boolean", env)`(${place(own)} = ${other ?? maker.expression(own.type, env, 0)})`;
}

function both(maker: Maker, env: Env, depth: number): Tree {
  const first = link(maker, env);
  return maker.random.chance(0.6)
    ? tree("and", "boolean", env)`(${first} and ${maker.expression("boolean", env, Math.min(depth - 1, 1))})`
    : first;
}

/** IN, NOT IN, = ANY, <> ALL over a query. */
export function memberOfQuery(maker: Maker, env: Env, depth: number): Tree | null {
  const { random } = maker;
  if (env.readable.length === 0) return null;
  const table = random.pick(env.readable);
  return query(maker, env, table, ({ inner, alias, where }) => {
    const own: Env = { ...inner, scopes: [[{ alias, table }]] };
    const type: SqlType = random.weighted<SqlType>([
      [6, () => "uuid"],
      [2, () => "text"],
      [0.7, () => "app_role"],
    ]);
    const target = column(maker, own, type, null) ?? column(maker, own, "uuid", null);
    if (!target) return null;
    // the target is qualified: a bare name could be of the tables around
    const named: Tree = plain(
      target.type,
      inner,
      target.parts.join("").includes(".") ? target.parts.join("") : `${alias}.${target.parts.join("")}`,
      "column",
    );
    const left =
      (random.chance(0.75) ? column(maker, env, target.type, null) : null) ?? maker.expression(target.type, env, 0);
    const operator = random.pick(["in", "in", "in", "not in", "= any", "<> all"]);
    const filter = random.chance(0.85) ? tree("where", "boolean", inner)` where ${both(maker, inner, depth)}` : "";
    if (operator === "= any" && random.chance(0.3))
      return tree("inquery", "boolean", env)`(${left} = any (array(select ${named} from ${where}${filter})))`;
    return tree("inquery", "boolean", env)`(${left} ${operator} (select ${named} from ${where}${filter}))`;
  });
}
