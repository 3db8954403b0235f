import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { UserConfig } from "../../../src/config.ts";
import type { BreachKind, Door } from "../../../src/verify/matrix/breach.ts";

/** One cause that the verification has to name. */
export interface ExpectedCause {
  door: Door;
  /** as `DbObject.name` */
  object: string;
}

/** A small project with one defect planted, or, where it is clean, none. */
export interface VerifyCase {
  /** the file's name without `.sql` */
  id: string;
  title: string;
  /** all that may be found; empty for a clean project */
  expected: ExpectedCause[];
  /** null for a clean project */
  kind: BreachKind | null;
  config: UserConfig;
  /** how Postgres lets it through, or why nothing gets through */
  why: string;
  sql: string;
}

const KINDS = {
  tenancy: true,
  token: true,
  oracle: true,
  role: true,
  availability: true,
  grant: true,
} satisfies Record<BreachKind, true>;

const DOORS = {
  policy: true,
  "rls-off": true,
  "owner-not-forced": true,
  view: true,
  "materialized-view": true,
  partition: true,
  function: true,
  trigger: true,
  truncate: true,
  "default-privileges": true,
  "session-variable": true,
  "context-function": true,
  claims: true,
  membership: true,
  "own-role": true,
  "stale-role": true,
  storage: true,
  "unique-oracle": true,
  "foreign-key-oracle": true,
  "sequence-oracle": true,
  cascade: true,
  "stored-claim": true,
  unavailable: true,
  "bypass-role": true,
  "large-object": true,
  notify: true,
  "immutable-function": true,
} satisfies Record<Door, true>;

const isDoor = (text: string): text is Door => Object.hasOwn(DOORS, text);
const isKind = (text: string): text is BreachKind => Object.hasOwn(KINDS, text);

/** Every case, in order of its id. Throws when a header is not as it has to be. */
export function readCases(): VerifyCase[] {
  return readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith(".sql"))
    .toSorted()
    .map((name) => parseCase(name.slice(0, -".sql".length), readFileSync(join(import.meta.dirname, name), "utf8")));
}

function parseCase(id: string, text: string): VerifyCase {
  const fault = (what: string): Error => new Error(`test/cases/verify/${id}.sql: ${what}`);
  const lines = text.split("\n");
  const end = lines.findIndex((line) => !line.startsWith("-- "));
  const fields = lines.slice(0, end).map((line) => {
    const [, key, value] = /^-- (\w+): (.+)$/.exec(line) ?? [];
    if (key === undefined || value === undefined) throw fault(`no header line: ${line}`);
    return { key, value };
  });
  const unknown = fields.find(({ key }) => !["title", "door", "object", "kind", "config", "why"].includes(key));
  if (unknown !== undefined) throw fault(`unknown header \`${unknown.key}\``);
  const optional = (wanted: string): string | null => {
    const found = fields.filter(({ key }) => key === wanted);
    if (found.length > 1) throw fault(`\`${wanted}\` twice`);
    return found[0]?.value ?? null;
  };
  const required = (wanted: string): string => {
    const value = optional(wanted);
    if (value === null) throw fault(`no \`${wanted}\``);
    return value;
  };

  const expected: ExpectedCause[] = [];
  let clean = false;
  for (const [index, { key, value }] of fields.entries()) {
    const next = fields[index + 1];
    if (key === "object" && fields[index - 1]?.key !== "door") throw fault("an object without its door");
    if (key !== "door") continue;
    if (value === "none") {
      clean = true;
    } else {
      if (!isDoor(value)) throw fault(`unknown door \`${value}\``);
      if (next?.key !== "object") throw fault(`door \`${value}\` without its object`);
      expected.push({ door: value, object: next.value });
    }
  }
  if (clean === expected.length > 0) throw fault("either doors, or `door: none`");
  if (clean !== id.startsWith("clean-")) throw fault("clean files, and only they, are called `clean-…`");
  const kind = optional("kind");
  if (kind !== null && !isKind(kind)) throw fault(`unknown kind \`${kind}\``);
  if ((kind === null) !== clean) throw fault("a defect has a kind, a clean project has none");

  return {
    id,
    title: required("title"),
    expected,
    kind,
    config: JSON.parse(optional("config") ?? "{}") as UserConfig,
    why: required("why"),
    sql: lines.slice(end).join("\n").trimStart(),
  };
}
