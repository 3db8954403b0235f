import { regimes } from "../../../src/prove/regimes.ts";
import type { PolicyCommand } from "../../../src/pg/policy.ts";
import { newMaker } from "./grammar.ts";
import type { Callable, Maker } from "./maker.ts";
import type { Random } from "./random.ts";
import { ROLES, SETTINGS, TABLE_NAMES, type Flavour, type SqlType, type TableName } from "./schema.ts";
import type { Env, Tree } from "./tree.ts";

export interface FuzzPolicy {
  table: TableName;
  name: string;
  permissive: boolean;
  command: PolicyCommand;
  roles: readonly string[];
  using: Tree | null;
  check: Tree | null;
}

export interface FuzzFunction extends Callable {
  definer: boolean;
  strict: boolean;
  language: "sql" | "plpgsql";
  body: Tree;
}

/** All that one side of a comparison has of its own. */
export interface FuzzSide {
  policies: readonly FuzzPolicy[];
  functions: readonly FuzzFunction[];
}

export interface FuzzCase {
  before: FuzzSide;
  after: FuzzSide;
  /** tables with row security, on both sides */
  guarded: ReadonlySet<TableName>;
  assumption: readonly string[];
  settings: Maker["settings"];
}

/** A row of the subject, of a sub-query's table, or no row: what policies of a table can name. */
export const envOf = (
  table: TableName | null,
  readable: readonly TableName[],
  parameters: Env["parameters"] = [],
): Env => ({
  scopes: table === null ? [] : [[{ alias: table, table }]],
  parameters,
  readable,
});

/** Tables whose policies may be read from which: circles are rare, they raise 42P17. */
const BELOW: Record<TableName, readonly TableName[]> = {
  docs: ["members", "orgs", "admins"],
  members: ["orgs", "admins"],
  orgs: ["admins"],
  admins: [],
};

export function newCase(random: Random): { made: FuzzCase; maker: Maker } {
  const settings = random.shuffled(SETTINGS).slice(0, 1 + random.int(3));
  const bare = newMaker(random, settings, []);
  const functions = random.chance(0.35) ? [newFunction(bare), ...(random.chance(0.3) ? [newFunction(bare)] : [])] : [];
  const named = functions.filter((fn, index) => functions.findIndex(({ name }) => name === fn.name) === index);
  const maker = newMaker(random, settings, named);
  const guarded = new Set<TableName>(["docs", ...TABLE_NAMES.filter(() => random.chance(0.4))]);
  const policies: FuzzPolicy[] = [];
  const count = random.weighted<number>([
    [5, () => 1],
    [3, () => 2],
    [1.5, () => 3],
  ]);
  for (let index = 0; index < count; index += 1) policies.push(newPolicy(maker, "docs", `p${index + 1}`, 3));
  for (const table of guarded)
    if (table !== "docs" && random.chance(0.85))
      for (let index = 0; index < (random.chance(0.25) ? 2 : 1); index += 1)
        policies.push(newPolicy(maker, table, `i${index + 1}`, 1));
  const side: FuzzSide = { policies, functions: named };
  return { maker, made: { before: side, after: side, guarded, assumption: newAssumption(maker), settings } };
}

function newAssumption({ random, settings }: Maker): readonly string[] {
  if (random.chance(0.55)) return [];
  const variables = settings
    .filter(({ flavour }) => flavour !== "list" || random.chance(0.5))
    .slice(0, random.chance(0.8) ? 1 : 2);
  const all = regimes({
    claims: { kind: "function", schema: "auth", name: "jwt" },
    variables: variables.map(({ name, flavour, claim }) => ({
      setting: name,
      claim: [...claim],
      type: flavour === "list" ? "text[]" : "text",
      separator: ",",
    })),
  });
  return all.length === 0 ? [] : random.pick(all).conditions;
}

export function newPolicy(maker: Maker, table: TableName, name: string, depth: number): FuzzPolicy {
  const { random } = maker;
  const readable = random.chance(0.03) ? TABLE_NAMES.filter((other) => other !== table) : BELOW[table];
  const env = envOf(table, readable);
  const inner = table !== "docs";
  const command: PolicyCommand = inner
    ? random.pick(["SELECT", "SELECT", "ALL"])
    : random.pick(["ALL", "ALL", "SELECT", "INSERT", "UPDATE", "UPDATE", "DELETE"]);
  const make = (): Tree => maker.expression("boolean", env, random.chance(0.3) ? depth - 1 : depth);
  const takesCheck = command === "INSERT" || command === "ALL" || command === "UPDATE";
  return {
    table,
    name,
    permissive: name.endsWith("1") || random.chance(0.6),
    command,
    roles: random.weighted<readonly string[]>([
      [6, () => ["public"]],
      [3, () => ["authenticated"]],
      [1, () => [random.pick(Object.keys(ROLES))]],
    ]),
    using: command === "INSERT" ? null : make(),
    check: command === "INSERT" || (takesCheck && random.chance(0.35)) ? make() : null,
  };
}

/** Helpers as projects have them: the tenant, the user's org, whether the user is a member. */
function newFunction(maker: Maker): FuzzFunction {
  const { random } = maker;
  const [name, result, argument, flavour] = random.pick<[string, SqlType, SqlType | null, Flavour | null]>([
    ["current_tenant", "text", null, "tenant"],
    ["my_role", "text", null, "role"],
    ["current_org", "uuid", null, null],
    ["my_level", "integer", null, null],
    ["is_member", "boolean", "uuid", null],
    ["is_admin", "boolean", null, null],
    ["has_role", "boolean", "text", null],
    ["as_uuid", "uuid", "text", "uuid"],
  ]);
  return {
    name,
    result,
    argument,
    flavour,
    definer: random.chance(0.6),
    strict: argument !== null && random.chance(0.3),
    language: random.chance(0.2) ? "plpgsql" : "sql",
    body: functionBody(maker, result, argument),
  };
}

export const functionBody = (maker: Maker, result: SqlType, argument: SqlType | null): Tree =>
  maker.expression(
    result,
    envOf(null, ["members", "orgs", "admins"], argument === null ? [] : [{ text: "$1", type: argument }]),
    2,
    result === "text" ? "tenant" : null,
  );

/** Roles that a comparison asks about. */
export const ASKED = Object.keys(ROLES);
