import type { Random } from "../fuzz/random.ts";
import { REACHING_NESTED } from "./nested.ts";
import { REACHING } from "./reaching.ts";
import { SWAPS } from "./swaps.ts";
import { TYPES } from "./types.ts";
import type { Callable, Vocabulary } from "./vocabulary.ts";

/** An expression as its parts: those that can be exchanged are expressions themselves. */
export interface Tree {
  type: string;
  parts: readonly (string | Tree)[];
  /** the function or operator, where another of the same types can take its place */
  callee?: Callable;
}

export const textOf = (tree: Tree): string =>
  tree.parts.map((part) => (typeof part === "string" ? part : textOf(part))).join("");

/** Condition of a random shape, from what the server has; not all of them are valid. */
export interface Expressions {
  make(): Tree;
  /** the same with one change somewhere */
  edited(tree: Tree): Tree;
}

export function expressionsFrom(
  { callables, casts }: Vocabulary,
  random: Random,
  focus: string | null,
  table: string,
): Expressions {
  const reaching = [...REACHING, ...REACHING_NESTED].map((text) => text.replaceAll("things.", `${table}.`));
  const focused = focus === null ? [] : reaching.filter((text) => names(text, focus.replace(/^\w+\./, "")));
  const types = Object.keys(TYPES);
  const giving = new Map(types.map((type) => [type, callables.filter(({ gives }) => gives === type)]));
  const tree = (type: string, ...parts: (string | Tree)[]): Tree => ({ type, parts });

  const leaf = (type: string): Tree => {
    const { columns = [], constants = [] } = TYPES[type] ?? {};
    const from = random.chance(0.7) ? columns : constants;
    return tree(type, from.length === 0 ? "null" : random.pick(from));
  };
  const called = (callee: Callable, depth: number): Tree => ({ ...applied(callee, depth), callee });
  const applied = ({ kind, name, takes, gives }: Callable, depth: number): Tree => {
    const args = takes.map((type) => make(type, depth - 1));
    if (kind === "operator") return tree(gives, "(", args[0] ?? "null", ` ${name} `, args[1] ?? "null", ")");
    const listed = args.flatMap((arg, at) => (at === 0 ? [arg] : [", ", arg]));
    if (kind === "function") return tree(gives, `${name}(`, ...listed, ")");
    return tree(gives, `(select ${name}(`, ...listed, ") from others o where o.n = ", make("integer", 0), ")");
  };
  const anyOf = (type: string, depth: number, wanted: (one: Callable) => boolean): Tree => {
    const found = (giving.get(type) ?? []).filter(wanted);
    return found.length === 0 ? leaf(type) : called(random.pick(found), depth);
  };
  const converted = (type: string, depth: number): Tree => {
    const sources = casts.filter(({ target }) => target === type);
    const known = sources.length > 0 && random.chance(0.8);
    const source = known ? random.pick(sources).source : type;
    return tree(type, "((", make(source, depth - 1), `)::${random.pick(TYPES[type]?.casts ?? [type])})`);
  };
  const reach = (from: readonly string[]): Tree => {
    const parts = random.pick(from).split(/([…#])/);
    return tree(
      "boolean",
      ...parts.map((part) => (part === "…" ? make("text", 1) : part === "#" ? make("integer", 1) : part)),
    );
  };
  const isComparison = ({ kind, name }: Callable): boolean => kind === "operator" && /^(=|<>|<|<=|>|>=)$/.test(name);
  const condition = (depth: number): Tree => {
    const type = random.pick(["text", "integer", "uuid", "date", "character", "app.mood", "app.dom_t"]);
    return random.weighted<Tree>([
      [3, () => anyOf("boolean", depth, isComparison)],
      [2, () => anyOf("boolean", depth, ({ kind }) => kind === "operator")],
      [1, () => anyOf("boolean", depth, ({ kind }) => kind !== "operator")],
      [4, () => tree("boolean", "(", condition(depth - 1), random.pick([" and ", " or "]), condition(depth - 1), ")")],
      [1, () => tree("boolean", "(not ", condition(depth - 1), ")")],
      [1, () => tree("boolean", "(", make(random.pick(types), depth - 1), " is not null)")],
      [1, () => tree("boolean", "(", make(type, depth - 1), " in (", make(type, depth - 1), ", ", leaf(type), "))")],
      [1, () => tree("boolean", "(", make(type, depth - 1), " is distinct from ", make(type, depth - 1), ")")],
      [
        1,
        () => tree("boolean", "(", make("text", depth - 1), random.pick([" like 'a%')", " ~ '^a')", " ilike 'a_')"])),
      ],
      [focused.length > 0 ? 2 : 4, () => reach(reaching)],
      [focused.length > 0 ? 6 : 0, () => reach(focused)],
      [1, () => leaf("boolean")],
    ]);
  };
  const make = (type: string, depth: number): Tree => {
    if (depth <= 0) return leaf(type);
    if (type === "boolean") return condition(depth);
    return random.weighted<Tree>([
      [5, () => leaf(type)],
      [1, () => converted(type, depth)],
      [1, () => tree(type, "coalesce(", make(type, depth - 1), ", ", make(type, depth - 1), ")")],
      [1, () => tree(type, "nullif(", make(type, depth - 1), ", ", leaf(type), ")")],
      [
        1,
        () =>
          tree(
            type,
            "(case when ",
            condition(depth - 1),
            " then ",
            make(type, depth - 1),
            " else ",
            leaf(type),
            " end)",
          ),
      ],
      [type === "text" ? 1 : 0, () => tree(type, `(${random.pick(["j", "js"])} ->> 'a')`)],
      [1, () => anyOf(type, depth, ({ own }) => own)],
      [2, () => anyOf(type, depth, ({ kind }) => kind !== "operator")],
      [1, () => anyOf(type, depth, ({ kind }) => kind === "operator")],
    ]);
  };
  const changed = (one: Tree): Tree => {
    const { callee } = one;
    const alike = callee ? callables.filter((other) => other.kind === callee.kind && isAlike(other, callee)) : [];
    const cast = TYPES[one.type]?.casts ?? [one.type];
    return random.weighted<Tree>([
      [3, () => make(one.type, 1)],
      [alike.length > 0 ? 3 : 0, () => renamed(one, random.pick(alike))],
      [2, () => tree(one.type, "((", one, `)::${random.pick(cast)})`)],
      [one.type === "boolean" ? 1 : 0, () => tree("boolean", "(not ", one, ")")],
      [
        one.type === "boolean" ? 2 : 0,
        () => tree("boolean", "(", one, random.pick([" and ", " or "]), condition(1), ")"),
      ],
      [1, () => tree(one.type, "coalesce(", one, ", ", leaf(one.type), ")")],
      [2, () => swapped(one)],
    ]);
  };
  const swapped = (one: Tree): Tree => ({
    ...one,
    parts: one.parts.map((part) => (typeof part === "string" ? random.pick(SWAPS)(part) : part)),
  });
  return {
    make: () => condition(3),
    edited: (whole) => {
      const at = random.int(sizeOf(whole));
      let seen = 0;
      const visit = (one: Tree): Tree =>
        seen++ === at
          ? changed(one)
          : { ...one, parts: one.parts.map((part) => (typeof part === "string" ? part : visit(part))) };
      return visit(whole);
    },
  };
}

const sizeOf = (tree: Tree): number =>
  tree.parts.reduce((sum, part) => sum + (typeof part === "string" ? 0 : sizeOf(part)), 1);

const names = (text: string, focus: string): boolean =>
  /^\w+$/.test(focus) ? new RegExp(`\\b${focus}\\b`).test(text) : text.includes(focus);

const isAlike = (a: Callable, b: Callable): boolean =>
  a.name !== b.name && a.gives === b.gives && a.takes.join() === b.takes.join();

const renamed = (one: Tree, callee: Callable): Tree => ({
  ...one,
  callee,
  parts: one.parts.map((part) =>
    typeof part === "string" && one.callee ? part.replace(one.callee.name, () => callee.name) : part,
  ),
});
