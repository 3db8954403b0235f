import type { Random } from "../fuzz/random.ts";
import { FUNCTIONS } from "./functions.ts";
import { NESTED } from "./nested.ts";
import { RELATIONS } from "./relations.ts";

/** One object of a schema: how it is made, and definitions that may stand for it on the other side. */
export interface WorldObject {
  /** what conditions name it by; empty: any condition may reach it */
  name: string;
  sql: string;
  others: readonly string[];
  /** only a superuser may make it */
  superuser?: true;
}

/** The statements of both sides, and what differs. */
export interface World {
  before: readonly WorldObject[];
  after: readonly WorldObject[];
  /** what differs between the two; null: nothing but conditions */
  edit: { from: string; to: string } | null;
  /** names that conditions should reach, so that the edit counts */
  focus: string | null;
  searchPath: string;
}

/** A random schema, and with `edited` the same one with one object that is defined in another way. */
export function makeWorld(random: Random, edited: boolean): World {
  // what a schema starts from is chosen among all definitions, so that an edit may go in either direction
  const before = [...RELATIONS, ...FUNCTIONS, ...NESTED].map((one): WorldObject => {
    const all = [one.sql, ...one.others];
    const at = random.chance(0.6) ? 0 : random.int(all.length);
    return { ...one, sql: all[at] ?? one.sql, others: all.filter((_, index) => index !== at) };
  });
  // the operators of one's own change every expression: seldom
  const searchPath = random.chance(0.3) ? "first, app, pg_catalog" : "app, public";
  if (!edited) return { before, after: before, edit: null, focus: null, searchPath };
  const changed = random.pick(before.filter(({ others }) => others.length > 0));
  const to = random.pick(changed.others);
  return {
    before,
    after: before.map((one) => (one === changed ? { ...one, sql: to } : one)),
    edit: { from: changed.sql, to },
    focus: changed.name === "" ? null : changed.name,
    searchPath,
  };
}
