import { column, quoted, type Maker } from "./maker.ts";
import { exists, memberOfQuery } from "./queries.ts";
import { DATES, ROLE_LABELS, TEXTS, type Flavour, type SqlType } from "./schema.ts";
import { plain, tree, type Env, type Tree } from "./tree.ts";

/** A condition as policies have them, and as they should not. */
export function condition(maker: Maker, env: Env, depth: number): Tree {
  const { random } = maker;
  const again = (): Tree => condition(maker, env, depth - 1);
  const leaf: [number, () => Tree][] = [
    [8, () => comparison(maker, env, depth)],
    [1.2, () => column(maker, env, "boolean", null) ?? comparison(maker, env, depth)],
    [0.4, () => plain("boolean", env, random.pick(["true", "false", "null::boolean"]), "truth")],
    [1.5, () => nullTest(maker, env, depth)],
    [1.5, () => list(maker, env, depth)],
    [1, () => castToBoolean(maker, env, depth)],
    [1, () => booleanCall(maker, env, depth)],
  ];
  if (depth <= 0) return random.weighted(leaf);
  return random.weighted<Tree>([
    ...leaf,
    [4, () => tree("and", "boolean", env)`(${again()} and ${again()})`],
    [3, () => tree("or", "boolean", env)`(${again()} or ${again()})`],
    [1.2, () => tree("not", "boolean", env)`(not ${again()})`],
    [0.8, () => tree("initplan", "boolean", env)`(select ${again()})`],
    [0.8, () => tree("case", "boolean", env)`(case when ${again()} then ${again()} else ${again()} end)`],
    [
      0.6,
      () =>
        tree(
          "coalesce",
          "boolean",
          env,
        )`coalesce(${again()}, ${plain("boolean", env, random.pick(["false", "true"]), "truth")})`,
    ],
    [
      1,
      () =>
        tree(
          "test",
          "boolean",
          env,
        )`(${again()} is ${random.pick(["true", "not true", "false", "not false", "null", "not null", "unknown"])})`,
    ],
    [3, () => exists(maker, env, depth - 1) ?? again()],
    [3, () => memberOfQuery(maker, env, depth - 1) ?? again()],
  ]);
}

/** A type, and a flavour where it is text, to compare by. */
function subject(maker: Maker): { type: SqlType; flavour: Flavour | null } {
  const { random } = maker;
  return random.weighted<{ type: SqlType; flavour: Flavour | null }>([
    [5, () => ({ type: "text", flavour: random.pick(["tenant", "tenant", "role", "uuid", "int", "bool"]) })],
    [6, () => ({ type: "uuid", flavour: "uuid" })],
    [2, () => ({ type: "integer", flavour: "int" })],
    [2, () => ({ type: "app_role", flavour: "role" })],
    [1, () => ({ type: "date", flavour: null })],
    [0.7, () => ({ type: "boolean", flavour: "bool" })],
  ]);
}

/** Of the left side mostly a column: what else would a policy compare? */
function left(maker: Maker, type: SqlType, flavour: Flavour | null, env: Env, depth: number): Tree {
  const found = maker.random.chance(0.7) ? column(maker, env, type, flavour) : null;
  return found ?? maker.expression(type, env, depth, flavour);
}

export const OPERATORS: Partial<Record<SqlType, readonly string[]>> = {
  integer: ["=", "<>", "<", "<=", ">", ">="],
  date: ["=", "<>", "<", "<=", ">", ">="],
  app_role: ["=", "<>", "<", ">=", "="],
};

function comparison(maker: Maker, env: Env, depth: number): Tree {
  const { random } = maker;
  const { type, flavour } = subject(maker);
  const a = left(maker, type, flavour, env, depth - 1);
  const b = maker.expression(type, env, depth - 1, flavour);
  if ((type === "integer" || type === "date") && random.chance(0.15))
    return tree(
      "between",
      "boolean",
      env,
    )`(${a} ${random.pick(["between", "not between"])} ${b} and ${maker.expression(type, env, 0)})`;
  const operator = random.weighted<string>([
    [7, () => "="],
    [2, () => random.pick(OPERATORS[type] ?? ["=", "<>"])],
    [1, () => "is distinct from"],
    [1, () => "is not distinct from"],
  ]);
  return tree("compare", "boolean", env)`(${a} ${operator} ${b})`;
}

function nullTest(maker: Maker, env: Env, depth: number): Tree {
  const { type, flavour } = subject(maker);
  return tree(
    "nulltest",
    "boolean",
    env,
  )`(${maker.expression(type, env, depth - 1, flavour)} is ${maker.random.pick(["null", "not null"])})`;
}

/** IN lists and arrays. */
function list(maker: Maker, env: Env, depth: number): Tree {
  const { random } = maker;
  const literals = (flavour: Flavour): string =>
    random
      .shuffled([...TEXTS[flavour].plain, random.pick(["a", "b", ""])])
      .slice(0, 1 + random.int(3))
      .map(quoted)
      .join(", ");
  return random.weighted<Tree>([
    [
      3,
      () =>
        tree(
          "in",
          "boolean",
          env,
        )`(${left(maker, "text", "role", env, depth - 1)} ${random.pick(["in", "not in"])} (${literals("role")}))`,
    ],
    [
      2,
      () =>
        tree(
          "in",
          "boolean",
          env,
        )`(${left(maker, "text", "tenant", env, depth - 1)} ${random.pick(["in", "not in"])} (${literals("tenant")}, ${maker.expression("text", env, 0, "tenant")}))`,
    ],
    [
      1,
      () =>
        tree(
          "in",
          "boolean",
          env,
        )`(${left(maker, "app_role", "role", env, depth - 1)} in (${random.shuffled(ROLE_LABELS).slice(0, 2).map(quoted).join(", ")}))`,
    ],
    [
      1,
      () =>
        tree(
          "in",
          "boolean",
          env,
        )`(${left(maker, "integer", "int", env, depth - 1)} in (${String(random.int(3))}, ${String(random.int(3))}))`,
    ],
    [
      0.7,
      () =>
        tree(
          "like",
          "boolean",
          env,
        )`(${left(maker, "text", "tenant", env, depth - 1)} ${random.pick(["like", "not like", "ilike"])} ${quoted(random.pick(["a%", "%", "a", "_"]))})`,
    ],
    [
      0.5,
      () =>
        tree(
          "in",
          "boolean",
          env,
        )`(${left(maker, "date", null, env, depth - 1)} in (${quoted(random.pick(DATES))}, ${quoted(random.pick(DATES))}))`,
    ],
    [
      3,
      () =>
        tree(
          "any",
          "boolean",
          env,
        )`(${left(maker, "text", random.pick(["tenant", "role", "uuid"] as const), env, depth - 1)} ${random.pick(["= any", "= any", "<> all"])} (${maker.expression("text[]", env, depth - 1)}))`,
    ],
    [
      1,
      () =>
        tree(
          "any",
          "boolean",
          env,
        )`(${left(maker, "uuid", "uuid", env, depth - 1)} ${random.pick(["= any", "<> all"])} (string_to_array(current_setting('app.orgs', true), ',')::uuid[]))`,
    ],
  ]);
}

function castToBoolean(maker: Maker, env: Env, depth: number): Tree {
  return tree("cast", "boolean", env)`(${maker.expression("text", env, Math.min(depth - 1, 1), "bool")})::boolean`;
}

function booleanCall(maker: Maker, env: Env, depth: number): Tree {
  const fits = maker.functions.filter(({ result }) => result === "boolean");
  if (fits.length === 0) return comparison(maker, env, depth);
  const fn = maker.random.pick(fits);
  if (fn.argument === null) return plain("boolean", env, `${fn.name}()`, "call");
  return tree("call", "boolean", env)`${fn.name}(${maker.expression(fn.argument, env, Math.min(depth - 1, 1))})`;
}
