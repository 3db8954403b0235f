import type { Random } from "./random.ts";
import { TABLES, type Flavour, type FuzzColumn, type SETTINGS, type SqlType } from "./schema.ts";
import { plain, type Env, type Source, type Tree } from "./tree.ts";

/** A helper function that policies can call. */
export interface Callable {
  name: string;
  result: SqlType;
  argument: SqlType | null;
  flavour: Flavour | null;
}

/** What expressions are made with: the same object for one case. */
export interface Maker {
  random: Random;
  /** settings that the case reads: few, so that both sides speak of the same */
  settings: readonly (typeof SETTINGS)[number][];
  functions: readonly Callable[];
  /** an expression of a type; `flavour` says what a text is about */
  expression(type: SqlType, env: Env, depth: number, flavour?: Flavour | null): Tree;
}

export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A column in scope, of the type and of the flavour if one is given. */
export function column({ random }: Maker, env: Env, type: SqlType, flavour: Flavour | null): Tree | null {
  const parameter = env.parameters.find((candidate) => candidate.type === type);
  if (parameter && random.chance(0.6)) return plain(type, env, parameter.text, "parameter");
  const found: { source: Source; column: FuzzColumn }[] = [];
  for (const source of env.scopes.flat())
    for (const candidate of TABLES[source.table].columns)
      if (candidate.type === type && (flavour === null || candidate.flavour === flavour))
        found.push({ source, column: candidate });
  if (found.length === 0) return null;
  const { source, column: chosen } = random.pick(found);
  const owners = (env.scopes.at(-1) ?? []).filter(({ table }) =>
    TABLES[table].columns.some(({ name }) => name === chosen.name),
  );
  // unqualified, it may be the column of an inner table: a trap on purpose, but never an ambiguous name
  const bare = owners.length < 2 && random.chance(env.scopes.length === 1 ? 0.8 : 0.1);
  return plain(type, env, bare ? chosen.name : `${source.alias}.${chosen.name}`, "column");
}
