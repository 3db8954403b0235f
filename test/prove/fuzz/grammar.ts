import { condition } from "./conditions.ts";
import { column, quoted, type Callable, type Maker } from "./maker.ts";
import { query } from "./queries.ts";
import type { Random } from "./random.ts";
import { CLAIMS, CLAIM_PATHS, DATES, ROLE_LABELS, TABLES, TEXTS, UUIDS, type Flavour, type SqlType } from "./schema.ts";
import { plain, tree, type Env, type Tree } from "./tree.ts";

/** A maker of expressions. */
export function newMaker(random: Random, settings: Maker["settings"], functions: readonly Callable[]): Maker {
  const maker: Maker = {
    random,
    settings,
    functions,
    expression: (type, env, depth, flavour = null) => expression(maker, type, env, depth, flavour),
  };
  return maker;
}

function expression(maker: Maker, type: SqlType, env: Env, depth: number, flavour: Flavour | null): Tree {
  const { random } = maker;
  switch (type) {
    case "boolean":
      return condition(maker, env, depth);
    case "text":
      return text(maker, env, depth, flavour ?? random.pick(["tenant", "role", "uuid", "tenant"] as const));
    case "uuid":
      return scalar(maker, env, depth, "uuid", "uuid", () => plain("uuid", env, `${quoted(random.pick(UUIDS))}::uuid`));
    case "integer":
      return scalar(maker, env, depth, "integer", "int", () => plain("integer", env, String(random.int(4))));
    case "app_role":
      return scalar(maker, env, depth, "app_role", "role", () =>
        plain("app_role", env, `${quoted(random.pick(ROLE_LABELS))}::app_role`),
      );
    case "date":
      return random.weighted<Tree>([
        [3, () => column(maker, env, "date", null) ?? plain("date", env, "current_date")],
        [2, () => plain("date", env, `${quoted(random.pick(DATES))}::date`)],
        [2, () => plain("date", env, "current_date")],
      ]);
    case "text[]":
      return array(maker, env, depth);
  }
}

function call(maker: Maker, env: Env, depth: number, type: SqlType, flavour: Flavour | null): Tree | null {
  const { random } = maker;
  const fits = maker.functions.filter(
    (fn) => fn.result === type && (flavour === null || fn.flavour === null || fn.flavour === flavour),
  );
  if (fits.length === 0) return null;
  const fn = random.pick(fits);
  if (fn.argument === null) return plain(type, env, `${fn.name}()`, "call");
  return tree("call", type, env)`${fn.name}(${maker.expression(fn.argument, env, depth - 1)})`;
}

function text(maker: Maker, env: Env, depth: number, flavour: Flavour): Tree {
  const { random } = maker;
  const again = (): Tree => text(maker, env, depth - 1, flavour);
  const literal = (): Tree =>
    plain("text", env, quoted(random.pick(random.chance(0.8) ? TEXTS[flavour].plain : TEXTS[flavour].traps)));
  const leaf: [number, () => Tree][] = [
    [5, () => column(maker, env, "text", flavour) ?? context(maker, env, flavour)],
    [6, () => context(maker, env, flavour)],
    [2, literal],
    [1, () => call(maker, env, depth, "text", flavour) ?? context(maker, env, flavour)],
  ];
  if (depth <= 0) return random.weighted(leaf);
  return random.weighted<Tree>([
    ...leaf,
    [2, () => tree("initplan", "text", env)`(select ${again()})`],
    [2, () => tree("nullif", "text", env)`nullif(${again()}, ${random.chance(0.8) ? "''" : again()})`],
    [2, () => tree("coalesce", "text", env)`coalesce(${again()}, ${again()})`],
    [0.7, () => tree("lower", "text", env)`${random.pick(["lower", "upper"])}(${again()})`],
    [
      0.7,
      () =>
        tree("case", "text", env)`(case when ${condition(maker, env, depth - 1)} then ${again()} else ${again()} end)`,
    ],
    [0.5, () => tree("case", "text", env)`(case ${again()} when ${again()} then ${again()} end)`],
    [1.5, () => printedAs(maker, env, depth - 1, flavour)],
    [1, () => lookUp(maker, env, depth - 1, "text", flavour) ?? again()],
  ]);
}

/** A value of another type as text. */
function printedAs(maker: Maker, env: Env, depth: number, flavour: Flavour): Tree {
  const type =
    flavour === "uuid"
      ? "uuid"
      : flavour === "int"
        ? "integer"
        : flavour === "role"
          ? "app_role"
          : flavour === "bool"
            ? "boolean"
            : null;
  if (type === null) return text(maker, env, depth, flavour);
  if (type === "boolean") {
    const found = column(maker, env, "boolean", null);
    return found ? tree("printed", "text", env)`${found}::text` : context(maker, env, flavour);
  }
  return tree("printed", "text", env)`${maker.expression(type, env, depth)}::text`;
}

/** Where a request's context comes from: a setting or a claim. */
export function context(maker: Maker, env: Env, flavour: Flavour): Tree {
  const { random } = maker;
  const fits = maker.settings.filter((candidate) => candidate.flavour === flavour);
  const setting = random.pick(fits.length > 0 && random.chance(0.9) ? fits : maker.settings);
  return random.weighted<Tree>([
    [5, () => readSetting(env, setting.name, random.chance(0.85))],
    [5, () => claim(maker, env, random.pick(pathsFor(flavour)))],
  ]);
}

export const readSetting = (env: Env, name: string, missing: boolean): Tree =>
  plain("text", env, `current_setting('${name}'${missing ? ", true" : ""})`, "setting");

const pathsFor = (flavour: Flavour): (readonly string[])[] => {
  const fits = CLAIM_PATHS.filter((candidate) => candidate.flavour === flavour).map(({ path }) => path);
  return fits.length > 0 ? fits : [["tenant_id"]];
};

/** A member of the token as text, in one of the ways in which people write it. */
export function claim(maker: Maker, env: Env, path: readonly string[]): Tree {
  const { random } = maker;
  const token = random.weighted<string>([
    [6, () => "auth.jwt()"],
    [2, () => "(select auth.jwt())"],
    [1, () => `nullif(current_setting('${CLAIMS}', true), '')::jsonb`],
    [0.7, () => `current_setting('${CLAIMS}', true)::jsonb`],
    [0.3, () => `current_setting('${CLAIMS}')::json`],
  ]);
  const shortcut = path.join() === "role" ? "auth.role()" : null;
  if (shortcut && random.chance(0.4)) return plain("text", env, shortcut, "claim");
  const last = path.at(-1) ?? "";
  const way = random.weighted<string>([
    [6, () => `(${[token, ...path.slice(0, -1).map(quoted)].join(" -> ")} ->> ${quoted(last)})`],
    [1, () => `(${token} #>> '{${path.join(",")}}')`],
  ]);
  return plain("text", env, way, "claim");
}

/** uuid, integer and enum: columns, casts from text, choices, look-ups. */
function scalar(
  maker: Maker,
  env: Env,
  depth: number,
  type: "uuid" | "integer" | "app_role",
  flavour: Flavour,
  literal: () => Tree,
): Tree {
  const { random } = maker;
  const again = (): Tree => scalar(maker, env, depth - 1, type, flavour, literal);
  const cast = (): Tree => tree("cast", type, env)`(${text(maker, env, Math.min(depth - 1, 1), flavour)})::${type}`;
  const leaf: [number, () => Tree][] = [
    [5, () => column(maker, env, type, null) ?? cast()],
    [
      type === "uuid" ? 4 : 0,
      () => plain("uuid", env, random.pick(["auth.uid()", "auth.uid()", "(select auth.uid())"]), "claim"),
    ],
    [4, cast],
    [1, literal],
    [1, () => call(maker, env, depth, type, flavour) ?? cast()],
  ];
  if (depth <= 0) return random.weighted(leaf);
  return random.weighted<Tree>([
    ...leaf,
    [2, () => tree("initplan", type, env)`(select ${again()})`],
    [1, () => tree("nullif", type, env)`nullif(${again()}, ${again()})`],
    [1, () => tree("coalesce", type, env)`coalesce(${again()}, ${again()})`],
    [
      0.7,
      () =>
        tree("case", type, env)`(case when ${condition(maker, env, depth - 1)} then ${again()} else ${again()} end)`,
    ],
    [1.5, () => lookUp(maker, env, depth - 1, type, null) ?? cast()],
  ]);
}

/** `(select role from members m where m.user_id = auth.uid())`: one row by a unique key. */
function lookUp(maker: Maker, env: Env, depth: number, type: SqlType, flavour: Flavour | null): Tree | null {
  const { random } = maker;
  const table =
    env.readable.includes("members") && random.chance(0.7) ? "members" : env.readable.includes("orgs") ? "orgs" : null;
  if (table === null) return null;
  const fits = TABLES[table].columns.filter(
    (candidate) => candidate.type === type && (flavour === null || candidate.flavour === flavour),
  );
  if (fits.length === 0) return null;
  const key = table === "members" ? "user_id" : "id";
  return query(maker, env, table, ({ inner, alias, where }) => {
    const target = plain(type, inner, `${alias}.${random.pick(fits).name}`, "column");
    const pinned = tree("eq", "boolean", inner)`(${alias}.${key} = ${maker.expression("uuid", env, depth - 1)})`;
    const more = random.chance(0.3)
      ? tree("and", "boolean", inner)`(${pinned} and ${condition(maker, inner, 0)})`
      : pinned;
    return tree("lookup", type, env)`(select ${target} from ${where} where ${more})`;
  });
}

function array(maker: Maker, env: Env, depth: number): Tree {
  const { random } = maker;
  const list = maker.settings.find(({ flavour }) => flavour === "list")?.name ?? "app.orgs";
  return random.weighted<Tree>([
    [3, () => column(maker, env, "text[]", null) ?? plain("text[]", env, "'{a,b}'::text[]")],
    [
      3,
      () =>
        plain(
          "text[]",
          env,
          random.pick([
            "'{a,b}'::text[]",
            "array['a', 'b']",
            "'{a,NULL}'::text[]",
            "'{}'::text[]",
            "'{viewer,admin}'::text[]",
          ]),
        ),
    ],
    [
      3,
      () =>
        tree(
          "split",
          "text[]",
          env,
        )`string_to_array(${random.chance(0.8) ? readSetting(env, list, true) : text(maker, env, depth - 1, "list")}, ',')`,
    ],
    [
      1.5,
      () => plain("text[]", env, "array(select jsonb_array_elements_text(auth.jwt() -> 'app_metadata' -> 'orgs'))"),
    ],
    [
      1,
      () =>
        tree(
          "initplan",
          "text[]",
          env,
        )`(select ${tree("split", "text[]", env)`string_to_array(${readSetting(env, list, true)}, ',')`})::text[]`,
    ],
  ]);
}
