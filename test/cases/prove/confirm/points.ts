import { CLAIMS, type Traits } from "./traits.ts";

export type Row = Record<string, unknown>;

/** A state and the row that is asked about. Settings that are not named are unset on the connection. */
export interface Point {
  settings: Record<string, string>;
  tables: Record<string, Row[]>;
  row: Row;
  /** other rows of the same table, for UPDATE */
  others: Row[];
}

export interface Schema {
  tables: Record<string, Record<string, string>>;
  enums: Record<string, string[]>;
}

const UUIDS = [
  "a0000000-0000-4000-8000-00000000000a",
  "b0000000-0000-4000-8000-00000000000b",
  "c0000000-0000-4000-8000-00000000000c",
];
const [U1 = "", U2 = "", U3 = ""] = UUIDS;

/** Draws points; the same seed draws the same points. */
export class Draw {
  readonly traits: Traits;
  readonly schema: Schema;
  #state: number;

  constructor(traits: Traits, schema: Schema, seed: number) {
    this.traits = traits;
    this.schema = schema;
    this.#state = seed >>> 0 || 1;
  }

  point(subject: string, tables: string[], touched: string[]): Point {
    const settings: Record<string, string> = {};
    let token: Record<string, unknown> | null = null;
    if (touched.includes(CLAIMS)) {
      token = this.chance(0.08) ? null : this.#token();
      settings[CLAIMS] = token ? JSON.stringify(token) : "";
    }
    const claimed = [...this.traits.claims.values()]
      .map(({ path }) => leaf(token, path))
      .filter((value): value is string => value !== null);
    const follow = this.chance(0.5);
    for (const [name, kinds] of this.traits.settings) {
      if (!touched.includes(name)) continue;
      if (this.chance(0.15)) settings[name] = "";
      else settings[name] = follow && claimed.length > 0 ? this.one(claimed) : this.#text(kinds);
    }
    const values = [...claimed, ...Object.entries(settings).flatMap(([name, v]) => (name === CLAIMS ? [] : [v]))];
    const filled = Object.fromEntries(
      tables.map((table) => [table, Array.from({ length: this.below(4) }, () => this.#row(table, values))]),
    );
    const row = this.#row(subject, values);
    filled[subject] = [row, ...(filled[subject] ?? [])];
    return { settings, tables: filled, row, others: Array.from({ length: 4 }, () => this.#row(subject, values)) };
  }

  #token(): Record<string, unknown> {
    const token: Record<string, unknown> = {};
    for (const { path, kinds } of this.traits.claims.values()) {
      let at = token;
      for (const key of path.slice(0, -1)) {
        if (!(key in at)) at[key] = this.chance(0.8) ? {} : this.one<unknown>([undefined, undefined, null, "x", []]);
        const next = at[key];
        if (typeof next !== "object" || next === null || Array.isArray(next)) break;
        at = next as Record<string, unknown>;
      }
      const last = path.at(-1) ?? "";
      if (Object.keys(at).includes(last) || this.chance(0.1)) continue;
      if (this.#reaches(token, path.slice(0, -1), at)) at[last] = this.chance(0.07) ? null : this.#json(kinds);
    }
    return token;
  }

  #reaches(token: Record<string, unknown>, path: string[], end: unknown): boolean {
    let at: unknown = token;
    for (const key of path) at = (at as Record<string, unknown> | null | undefined)?.[key];
    return at === end;
  }

  #json(kinds: Set<string>): unknown {
    if (this.chance(0.04)) return this.one<unknown>([{ a: 1 }, ["a"], []]);
    if (kinds.has("json")) {
      const words = [...this.traits.strings].flatMap((word) => [word, word.replace(/[^\w-]/g, "")]).concat("a");
      return this.one<unknown>([
        this.one(words),
        [this.one(words)],
        [this.one(words), this.one(words)],
        { [this.one(words)]: 1 },
        true,
      ]);
    }
    const text = this.#text(kinds);
    if ((kinds.has("int4") || kinds.has("int8")) && /^[1-9]\d*$/.test(text) && this.chance(0.5)) return Number(text);
    if (kinds.has("bool") && (text === "true" || text === "false") && this.chance(0.5)) return text === "true";
    return text;
  }

  /** Text that a claim or a setting may carry. */
  #text(kinds: Set<string>): string {
    const kind = kinds.size === 0 ? "text" : this.one([...kinds]);
    if (kind === "uuid")
      return this.one([
        U1,
        U1,
        U1,
        U2,
        U2,
        U2,
        U3,
        U1,
        U2,
        U1,
        U2,
        U1.toUpperCase(),
        `{${U1}}`,
        U2.replaceAll("-", ""),
        "",
        "zz",
      ]);
    if (kind === "int4" || kind === "int8") {
      const n = String(this.#int());
      return this.one([n, n, n, n, n, `0${n}`, ` ${n}`, `+${n}`, "", "x"]);
    }
    if (kind === "bool")
      return this.one(["true", "false", "true", "false", "t", "1", "yes", "no", "TRUE", "maybe", ""]);
    const labels = this.schema.enums[kind];
    if (labels) return this.one([...labels, ...labels, ...labels, (labels[0] ?? "").toUpperCase(), "nobody", ""]);
    if (kind === "date" || kind === "timestamptz" || kind === "timestamp")
      return this.one([this.#date(), this.#date(), this.#date(), "", "someday"]);
    return this.#word([]);
  }

  #word(values: string[]): string {
    if (values.length > 0 && this.chance(0.45)) return this.one(values);
    const words = [...this.traits.strings].filter((word) => !word.startsWith("app.") && !word.startsWith("request."));
    const varied = words.flatMap((word) => [word, word, word, word.toUpperCase(), word.toLowerCase(), ` ${word}`]);
    const ids = this.traits.casts.has("uuid") || this.traits.casts.has("text") ? [U1, U1, U2, U1.toUpperCase()] : [];
    return this.one([...varied, ...ids, "a", "a", "A", "b", "", "1", "01"]);
  }

  #int(): number {
    return this.one([...this.traits.numbers].flatMap((n) => [n - 1, n, n + 1]).concat(0, 1, 2, -2147483648, 2147483647));
  }

  #date(): string {
    const day = 86_400_000;
    const known = [...this.traits.strings]
      .filter((word) => /^\d{4}-\d\d-\d\d/.test(word))
      .map((word) => Date.parse(word));
    const base = this.one([...known, ...known, Date.now()]);
    return new Date(base + this.one([-day, 0, 0, day, 3_600_000, -1000])).toISOString();
  }

  #row(table: string, values: string[]): Row {
    return Object.fromEntries(
      Object.entries(this.schema.tables[table] ?? {}).map(([column, spec]) => {
        const type = spec.replace(/!$/, "");
        if (!spec.endsWith("!") && this.chance(0.14)) return [column, null];
        return [column, this.#value(type, values)];
      }),
    );
  }

  #value(type: string, values: string[]): unknown {
    if (type.endsWith("[]")) {
      const element = type.slice(0, -2);
      return Array.from({ length: this.below(4) }, () => (this.chance(0.12) ? null : this.#value(element, values)));
    }
    if (type === "uuid") return this.one([U1, U1, U1, U2, U2, U2, U3]);
    if (type === "bool" || type === "boolean") return this.chance(0.5);
    if (["int", "int4", "integer", "bigint", "int8"].includes(type)) return this.#int();
    if (["date", "timestamptz", "timestamp"].includes(type)) return this.#date();
    const labels = this.schema.enums[type];
    if (labels) return this.one(labels);
    if (type === "jsonb") return this.one<unknown>([{}, { a: "x" }, ["x"], "x", null]);
    return this.#word(values);
  }

  one<T>(items: T[]): T {
    return items[this.below(items.length)] as T;
  }

  chance(of: number): boolean {
    return this.#next() < of;
  }

  below(n: number): number {
    return Math.floor(this.#next() * n);
  }

  /** mulberry32 */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }
}

/** What `->> path` gives. */
function leaf(token: Record<string, unknown> | null, path: string[]): string | null {
  let at: unknown = token;
  for (const key of path) {
    if (typeof at !== "object" || at === null || Array.isArray(at)) return null;
    at = (at as Record<string, unknown>)[key];
  }
  if (at === undefined || at === null) return null;
  return typeof at === "string" ? at : JSON.stringify(at);
}

/** Which settings a connection ever sets: every choice, or a few where there are too many. */
export function connections(names: string[]): string[][] {
  const count = 2 ** Math.min(names.length, 4);
  return Array.from({ length: count }, (_, bits) => names.filter((_, index) => (bits >> (index % 4)) & 1));
}
