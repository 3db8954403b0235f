import type { Component } from "../../../src/prove/component.ts";
import type { Situation } from "../../../src/prove/situation.ts";
import type { Random } from "./random.ts";
import type { Row, State } from "./runner.ts";
import {
  CLAIMS,
  CLAIM_PATHS,
  DATES,
  ROLES,
  ROLE_LABELS,
  TABLES,
  TEXTS,
  UUIDS,
  type Flavour,
  type FuzzColumn,
  type TableName,
} from "./schema.ts";
import type { FuzzCase } from "./sides.ts";

/** States for one component: requests without a token, with a good and a bad one, and rows that policies may let through. */
export function newStates(
  random: Random,
  given: FuzzCase,
  component: Component,
  count: number,
  alone: boolean,
): State[] {
  return Array.from({ length: count }, () => newState(random, given, component, alone));
}

function newState(random: Random, given: FuzzCase, component: Component, alone: boolean): State {
  // one user and one tenant, so that columns, settings and claims meet
  const usual: Usual = Object.fromEntries(
    Object.entries(TEXTS).map(([flavour, { plain, traps }]) => [
      flavour,
      random.chance(0.8) ? random.pick(plain) : random.pick([...plain, ...traps]),
    ]),
  ) as Usual; // TEXTS has every flavour
  const settings: Record<string, string> = {};
  const token = newToken(random, usual);
  if (token !== null) settings[CLAIMS] = typeof token === "string" ? token : JSON.stringify(token);
  for (const { name, flavour, claim } of given.settings) {
    if (random.chance(0.25)) continue;
    const held = typeof token === "object" ? memberOf(token, claim) : null;
    const same = held !== null && random.chance(0.5);
    settings[name] = same
      ? Array.isArray(held)
        ? held.join(",")
        : typeof held === "object"
          ? JSON.stringify(held)
          : String(held)
      : textFor(random, flavour, usual, 0.6);
  }
  const size = (most: number): number => random.int(most + 1);
  const state: State = { role: random.pick(Object.keys(ROLES)), settings };
  const members = rows(random, "members", size(3), usual);
  const orgs = rows(random, "orgs", size(3), usual);
  const admins = rows(random, "admins", size(2), usual);
  if (members.length > 0) state.members = members;
  if (orgs.length > 0) state.orgs = orgs;
  if (admins.length > 0) state.admins = admins;
  if (component === "INSERT" || component === "UPDATE CHECK") {
    const [old, ...all] = rows(random, "docs", alone ? 2 : 5, usual, true);
    if (component === "UPDATE CHECK" && old) state.old = old;
    state.candidates = all;
  } else state.docs = rows(random, "docs", alone ? 1 : 6, usual, true);
  return state;
}

type Usual = Record<Flavour, string>;
type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
type Token = { [key: string]: Json };

function memberOf(token: Token | null, path: readonly string[]): Json {
  let at: Json = token;
  for (const key of path) {
    if (typeof at !== "object" || at === null || Array.isArray(at)) return null;
    at = at[key] ?? null;
  }
  return at;
}

const textFor = (random: Random, flavour: Flavour, usual: Usual, likely: number): string =>
  random.chance(likely) ? usual[flavour] : random.pick([...TEXTS[flavour].plain, ...TEXTS[flavour].traps]);

/** No token, an empty one, or an object whose members are good, bad, JSON null or not there. */
function newToken(random: Random, usual: Usual): Token | string | null {
  if (random.chance(0.12)) return null;
  if (random.chance(0.06)) return "";
  const token: Token = {};
  const nested: Token = {};
  for (const { path, flavour } of CLAIM_PATHS) {
    if (random.chance(0.2)) continue;
    const key = path.at(-1) ?? "";
    const into = path.length > 1 ? nested : token;
    into[key] = random.weighted<Json>([
      [12, () => value(random, flavour, usual)],
      [1, () => null],
      [0.4, () => random.pick<Json>([1, true, false, 0, 2.5])],
      [0.3, () => ({ a: "b" })],
      [0.3, () => [usual[flavour]]],
      [0.3, () => []],
    ]);
  }
  if (random.chance(0.85)) token["app_metadata"] = nested;
  else if (random.chance(0.6)) token["app_metadata"] = random.pick<Json>([null, "x", [], {}, 3]);
  return token;
}

function value(random: Random, flavour: Flavour, usual: Usual): Json {
  if (flavour === "list") return random.shuffled(["a", "b", ...UUIDS, "viewer"]).slice(0, random.int(4));
  const text = textFor(random, flavour, usual, 0.75);
  if (flavour === "bool" && random.chance(0.5)) return text === "true";
  if (flavour === "int" && /^\d+$/.test(text) && random.chance(0.5)) return Number(text);
  return text;
}

function rows(random: Random, table: TableName, count: number, usual: Usual, numbered = false): Row[] {
  const spare = [
    usual.uuid,
    ...random.shuffled(UUIDS),
    ...Array.from({ length: 6 }, (_, index) => `00000000-0000-4000-8000-00000000000${index}`),
  ];
  // only texts that a uuid column can hold, each once
  const keys = [...new Set(spare.map((text) => (/^[0-9a-f-]{36}$/i.test(text) ? text.toLowerCase() : null)))].filter(
    (key) => key !== null,
  );
  if (numbered) keys.push(...keys.splice(0, random.int(keys.length - count)));
  return Array.from({ length: count }, () =>
    Object.fromEntries(
      TABLES[table].columns.map((column) => {
        const unique = TABLES[table].unique.some(([key]) => key === column.name);
        return [
          column.name,
          unique
            ? column.notNull || random.chance(0.85)
              ? (keys.shift() ?? null)
              : null
            : cell(random, column, usual),
        ];
      }),
    ),
  );
}

function cell(random: Random, column: FuzzColumn, usual: Usual): Row[string] {
  if (!column.notNull && random.chance(0.15)) return null;
  switch (column.type) {
    case "uuid": {
      const text = usual.uuid.toLowerCase();
      return UUIDS.includes(text) && random.chance(0.55) ? text : random.pick(UUIDS);
    }
    case "integer":
      return random.int(4);
    case "boolean":
      return random.pick(["t", "f"]);
    case "date":
      return random.pick(DATES);
    case "app_role":
      return (ROLE_LABELS as readonly string[]).includes(usual.role) && random.chance(0.5)
        ? usual.role
        : random.pick(ROLE_LABELS);
    case "text[]":
      return random.shuffled([usual.tenant, usual.role, "a", "b"]).slice(0, random.int(3));
    case "text":
      return textFor(random, column.flavour ?? "tenant", usual, 0.5);
  }
}

/** A witness as a state: its row is the first point. */
export function stateOf(situation: Situation): State {
  const others = (table: TableName): Row[] =>
    situation.rows.filter(({ relation }) => relation.name === table).map(({ values }) => values);
  const docs = others("docs");
  const isNew = situation.component === "INSERT" || situation.component === "UPDATE CHECK";
  const members = others("members");
  const orgs = others("orgs");
  const admins = others("admins");
  return {
    role: situation.role,
    settings: situation.settings,
    ...(members.length > 0 ? { members } : {}),
    ...(orgs.length > 0 ? { orgs } : {}),
    ...(admins.length > 0 ? { admins } : {}),
    ...(isNew
      ? { candidates: [situation.row], docs: docs.map((row) => ({ ...row, touched: 9 })) }
      : { docs: [situation.row, ...docs] }),
    ...(situation.oldRow ? { old: situation.oldRow } : {}),
    whole: true,
    always: true,
  };
}
