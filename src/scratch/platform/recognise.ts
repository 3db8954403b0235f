import { API_ROLES } from "../../pg/platform-roles.ts";
import { scanTokens } from "../../pg/expr/parse.ts";

/** Relations and functions that a new Supabase project has, and that policies and migrations use. */
const OBJECTS: ReadonlySet<string> = new Set([
  ...["uid", "jwt", "role", "email", "users", "identities", "sessions"].map((name) => key("auth", name)),
  ...["objects", "buckets", "foldername", "filename", "extension"].map((name) => key("storage", name)),
  ...["messages", "topic"].map((name) => key("realtime", name)),
  key("extensions", ""),
]);

/** The schema of extensions that every Supabase project has. */
const EXTENSIONS = key("extensions", "");

function key(schema: string, name: string): string {
  return JSON.stringify([schema, name]);
}

/**
 * True if the files use objects or roles of Supabase that none of them creates. A file that creates `auth.jwt()` or role
 * `anon` itself belongs to a project of another kind, such as PostgREST with its own roles. The names are read from
 * tokens, so that comments and strings do not count, except for the bodies of functions and DO blocks.
 */
export function usesSupabase(files: readonly string[]): boolean {
  const seen = files.map(namesIn);
  const all = (of: (names: Names) => ReadonlySet<string>): Set<string> =>
    new Set(seen.flatMap((names) => [...of(names)]));
  const created = all((names) => names.created);
  const used = all((names) => names.used);
  if ([...used].some((name) => OBJECTS.has(name) && !created.has(name))) return true;
  const ownObjects = [...created].some((name) => OBJECTS.has(name));
  const roles = all((names) => names.roles);
  const ownRoles = all((names) => names.rolesCreated);
  if (ownObjects || [...API_ROLES, "authenticator"].some((role) => ownRoles.has(role))) return false;
  return [...API_ROLES].some((role) => roles.has(role));
}

interface Names {
  created: Set<string>;
  used: Set<string>;
  roles: Set<string>;
  rolesCreated: Set<string>;
}

/** Words before a name that the same statement creates. */
const CREATES = new Set(["function", "procedure", "table", "view", "exists"]);

function namesIn(sql: string, depth = 0): Names {
  const names: Names = { created: new Set(), used: new Set(), roles: new Set(), rolesCreated: new Set() };
  const words = wordsOf(sql);
  let first = 0;
  for (const [index, { word, text }] of words.entries()) {
    if (word === null) {
      const before = words[index - 1]?.word ?? "";
      const isSql = ["as", "execute", "do"].includes(before) || (before === "(" && words[index - 2]?.word === "format");
      const body = depth < 3 ? bodyOf(text, isSql) : null;
      if (body === null) continue;
      const inner = namesIn(body, depth + 1);
      for (const field of ["created", "used", "roles", "rolesCreated"] as const)
        for (const name of inner[field]) names[field].add(name);
      continue;
    }
    if (word === ";") first = index + 1;
    const previous = words[index - 1]?.word ?? "";
    const name = words[index + 2]?.word;
    if (words[index + 1]?.word === "." && name) {
      const creates = CREATES.has(previous) && words.slice(first, index).some((one) => one.word === "create");
      names[creates ? "created" : "used"].add(key(word, name));
    }
    if (word === "extensions" && (words[index + 1]?.word === "." || previous === "schema" || previous === "exists"))
      names[words[first]?.word === "create" && words[first + 1]?.word === "schema" ? "created" : "used"].add(
        EXTENSIONS,
      );
    if (previous === "." || words[index + 1]?.word === ".") continue;
    if (word !== "authenticator" && !API_ROLES.has(word)) continue;
    const place = roleAt(words, first, index);
    if (place !== null) names[place === "created" ? "rolesCreated" : "roles"].add(word);
  }
  return names;
}

/** The part that a word plays as the name of a role; null if it is something else, such as a column. */
function roleAt(words: readonly Word[], first: number, index: number): "created" | "used" | null {
  const at = (n: number): string => words[n]?.word ?? "";
  let start = index;
  while (at(start - 1) === "," && start - 2 > first) start -= 2;
  const before = at(start - 1);
  if (["role", "user", "group"].includes(before)) return at(start - 2) === "create" ? "created" : "used";
  const statement = new Set(words.slice(first, start).map(({ word }) => word));
  if (before === "to") return statement.has("rename") ? null : "used";
  return before === "from" && statement.has("revoke") ? "used" : null;
}

interface Word {
  /** folded as PostgreSQL folds names; null for a string constant */
  word: string | null;
  text: string;
}

function wordsOf(sql: string): Word[] {
  let tokens: { text: string; tokenName: string }[];
  try {
    tokens = scanTokens(sql);
  } catch {
    // Text that the scanner refuses (psql commands, an open quote) is read roughly: without comments, word by word.
    const rough = sql.replaceAll(/--[^\n]*|\/\*[\s\S]*?\*\//g, " ").match(/"(?:[^"]|"")*"|[\w$]+|[^\s\w]/g) ?? [];
    tokens = rough.map((text) => ({ text, tokenName: "" }));
  }
  return tokens
    .filter(({ tokenName }) => !tokenName.includes("COMMENT"))
    .map(({ text, tokenName }) => ({
      word: tokenName.endsWith("SCONST")
        ? null
        : text.startsWith('"')
          ? text.slice(1, -1).replaceAll('""', '"')
          : text.toLowerCase(),
      text,
    }));
}

/** The text between dollar quotes, or of a string that is a statement or a body by its place; null for any other. */
const bodyOf = (text: string, isSql: boolean): string | null =>
  /^(\$[^$]*\$)([\s\S]*)\1$/.exec(text)?.[2] ??
  (isSql ? (/^E?'([\s\S]*)'$/i.exec(text)?.[1]?.replaceAll("''", "'") ?? null) : null);
