import { wholeName } from "../../pg/name-in-text.ts";
import { nameKey, type NameKey, type QualifiedName } from "../../pg/name.ts";
import { extraOf, mayEnter, walk } from "./paths.ts";
import type { ObjectChange, ObjectKind } from "./change.ts";
import { holds, matched, sameText, withoutHeirs, type World, type Worlds } from "./world.ts";

/**
 * Types, operators, casts, collations and text search. Verdicts on policies take them into account; views and functions that run with
 * their owners' rights may mean something else by them.
 */
export function compareMeanings(worlds: Worlds): ObjectChange[] {
  const [first, second] = [worlds.before.catalog.dependencies, worlds.after.catalog.dependencies];
  if (!first || !second) return [];
  const parts: { kind: ObjectKind; was: readonly unknown[]; is: readonly unknown[]; nameOf: (one: never) => string }[] =
    [
      { kind: "type", was: first.types, is: second.types, nameOf: nameKey },
      {
        kind: "operator",
        was: first.operators,
        is: second.operators,
        nameOf: (one: QualifiedName & { left: string; right: string }) => `${nameKey(one)} (${one.left}, ${one.right})`,
      },
      {
        kind: "cast",
        was: first.casts,
        is: second.casts,
        nameOf: (one: { source: string; target: string }) => `${one.source} as ${one.target}`,
      },
      { kind: "collation", was: first.collations, is: second.collations, nameOf: nameKey },
      { kind: "text search", was: first.textSearch ?? [], is: second.textSearch ?? [], nameOf: nameKey },
    ];
  return parts.flatMap(({ kind, was, is, nameOf }) => {
    const { both, gone, added } = matched(was as never[], is as never[], nameOf);
    const changed = both.flatMap((pair) => (sameText(pair.was, pair.is) ? [] : [pair.is]));
    const plain = (one: never, how: "new" | "gone"): ObjectChange => ({
      effect: "changes",
      kind,
      name: nameOf(one),
      roles: [],
      why: { kind: how },
    });
    return [
      // a type is named where it is used; an operator or a cast may be chosen without being named
      ...added.map((one) =>
        kind === "operator" || kind === "cast" ? different(worlds, kind, nameOf(one)) : plain(one, "new"),
      ),
      ...gone.map((one) =>
        kind === "operator" || kind === "cast" ? different(worlds, kind, nameOf(one)) : plain(one, "gone"),
      ),
      ...changed.map((one) => different(worlds, kind, nameOf(one))),
      ...(kind === "operator" || kind === "cast"
        ? [...added, ...changed].flatMap((one) => calledByIt(worlds, kind, nameOf(one), one))
        : []),
    ];
  });
}

/** Who uses an operator or a cast needs EXECUTE on its function, and no USAGE on the schema of that. */
function calledByIt(
  { before, after, roles }: Worlds,
  kind: ObjectKind,
  name: string,
  one: { function: string | null },
): ObjectChange[] {
  const called = /^(.*?)\(/.exec(one.function ?? "")?.[1] ?? "";
  const reached = after.catalog.functions
    .filter((fn) => nameKey(fn) === called || fn.name === called)
    .flatMap((fn) => {
      const is = walk(after, { kind: "function", fn });
      const gaining = roles.filter(
        (role) => holds(after, fn.grants, "EXECUTE", role) && !mayEnter({ ...is, world: before }, "EXECUTE", role),
      );
      return gaining.flatMap((role) => extraOf(is, "EXECUTE", role).certain.map((relation) => ({ role, relation })));
    });
  if (reached.length === 0) return [];
  const relations = [...new Set(reached.map(({ relation }) => relation))];
  return [
    {
      effect: "cannot be told",
      kind,
      name,
      roles: withoutHeirs(after, [...new Set(reached.map(({ role }) => role))]),
      why: { kind: "past row security, by request", by: "new", relations },
    },
  ];
}

function different(worlds: Worlds, kind: ObjectKind, name: string): ObjectChange {
  const affected = exposingTexts(worlds)
    .filter(
      ({ text, types }) => kind !== "type" || wholeName(bare(name)).test(text) || TYPE_OF.test(text) || types.has(name),
    )
    .flatMap(({ relations }) => relations);
  return affected.length > 0
    ? { effect: "cannot be told", kind, name, roles: [], why: { kind: "text", relations: [...new Set(affected)] } }
    : { effect: "changes", kind, name, roles: [], why: { kind: "different" } };
}

/** A variable of the type of a column or a row, which is not named. */
export const TYPE_OF = /%\s*(?:row)?type\b/i;

/** The last part of a name, without quotes: how texts speak of it. */
const bare = (name: string): string => (name.split(".").at(-1) ?? name).replaceAll('"', "");

interface Exposing {
  text: string;
  relations: string[];
  /** of the columns that the text names, in the relations that it comes to */
  types: ReadonlySet<string>;
}

const known = new WeakMap<Worlds, Exposing[]>();

/** The texts of views and functions by which roles reach rows as somebody else, with these relations. */
export function exposingTexts(worlds: Worlds): Exposing[] {
  const found = known.get(worlds) ?? makeExposingTexts(worlds);
  known.set(worlds, found);
  return found;
}

function makeExposingTexts({ after, roles }: Worlds): Exposing[] {
  const paths = [
    ...after.catalog.relations
      .filter(({ kind }) => kind === "view")
      .map((relation) => ({ kind: "view" as const, relation })),
    ...after.catalog.functions.filter((fn) => fn.securityDefiner).map((fn) => ({ kind: "function" as const, fn })),
  ];
  return paths.flatMap((path) => {
    const walked = walk(after, path);
    const privilege = path.kind === "view" ? "SELECT" : "EXECUTE";
    const relations = roles
      .filter((role) => mayEnter(walked, privilege, role))
      .flatMap((role) => extraOf(walked, privilege, role).certain);
    if (relations.length === 0) return [];
    const text = walked.reached.texts.join("\n");
    const types = new Set([...walked.reached.leaves.keys()].flatMap((key) => typesIn(after, key, text)));
    return [{ text, relations: [...new Set(relations)], types }];
  });
}

const typesIn = ({ side }: World, relation: NameKey, text: string): string[] =>
  (side.relationByKey(relation)?.columns ?? [])
    .filter(({ name }) => wholeName(name).test(text))
    .map(({ type }) => type.replace(/\[\]$/, ""));
