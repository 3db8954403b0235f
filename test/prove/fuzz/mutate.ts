import type { PolicyCommand } from "../../../src/pg/policy.ts";
import { OPERATORS } from "./conditions.ts";
import { claim, readSetting } from "./grammar.ts";
import { column, type Maker } from "./maker.ts";
import { SETTINGS, TABLE_NAMES, type TableName } from "./schema.ts";
import { functionBody, newPolicy, type FuzzCase, type FuzzPolicy, type FuzzSide } from "./sides.ts";
import { isTree, kids, replace, tree, within, type Tree } from "./tree.ts";

/** The second side: mostly the first with a few changes, as a migration makes them; now and then one of its own. */
export function changed(maker: Maker, given: FuzzCase): FuzzSide {
  const { random } = maker;
  let side = given.before;
  const times = random.weighted<number>([
    [5, () => 1],
    [3, () => 2],
    [1.5, () => 3],
  ]);
  for (let index = 0; index < times; index += 1)
    side = random.weighted<FuzzSide>([
      [10, () => withExpression(maker, side)],
      [2, () => withPolicy(maker, side, given.guarded)],
      [0.5, () => withFunction(maker, side)],
    ]);
  return side;
}

/** One expression of one policy changed. */
function withExpression(maker: Maker, side: FuzzSide): FuzzSide {
  const { random } = maker;
  const places = side.policies.flatMap((policy, index) =>
    (["using", "check"] as const).flatMap((key) => {
      const found = policy[key];
      return found ? [{ index, key, found }] : [];
    }),
  );
  if (places.length === 0) return side;
  const own = places.filter(({ index }) => side.policies[index]?.table === "docs");
  const chosen = random.pick(own.length > 0 && random.chance(0.75) ? own : places);
  const after = mutated(maker, chosen.found);
  return {
    ...side,
    policies: side.policies.map((policy, index) =>
      index === chosen.index ? { ...policy, [chosen.key]: after } : policy,
    ),
  };
}

/** The tree with one of its parts changed. */
export function mutated(maker: Maker, whole: Tree): Tree {
  const { random } = maker;
  const node = random.pick([...within(whole)].filter(({ tag }) => tag !== "where"));
  for (let tries = 0; tries < 5; tries += 1) {
    const made = change(maker, node);
    if (made) return replace(whole, node, made);
  }
  return replace(whole, node, maker.expression(node.type, node.env, 1));
}

const swapOperator = (maker: Maker, node: Tree): Tree | null => {
  const pool = [...(OPERATORS[node.type] ?? ["=", "<>", "=", "is distinct from", "is not distinct from"])];
  const at = node.parts.findIndex((part) => !isTree(part) && /^(=|<>|<=?|>=?|is (not )?distinct from)$/.test(part));
  if (at < 0) return null;
  // the type of a comparison is boolean; the order operators suit every type that has them on the left
  const [first] = kids(node);
  const order = first && (first.type === "integer" || first.type === "date") ? ["<", "<=", ">", ">="] : [];
  return {
    ...node,
    parts: node.parts.map((part, index) => (index === at ? maker.random.pick([...pool, ...order]) : part)),
  };
};

function change(maker: Maker, node: Tree): Tree | null {
  const { random } = maker;
  const parts = kids(node).filter((kid) => kid.type === node.type && kid.env === node.env);
  const fresh = (): Tree => maker.expression(node.type, node.env, 1);
  const own: [number, () => Tree | null][] = [
    [2, () => tree("initplan", node.type, node.env)`(select ${node})`],
    [1, fresh],
    [node.type === "boolean" ? 1 : 0, () => tree("and", "boolean", node.env)`(${node} and ${fresh()})`],
    [node.type === "boolean" ? 1 : 0, () => tree("or", "boolean", node.env)`(${node} or ${fresh()})`],
    [node.type === "boolean" ? 0.5 : 0, () => tree("not", "boolean", node.env)`(not ${node})`],
    [node.type === "boolean" ? 0.5 : 0, () => tree("test", "boolean", node.env)`(${node} is true)`],
    [node.type === "text" ? 1 : 0, () => tree("nullif", "text", node.env)`nullif(${node}, '')`],
    [node.type === "text" ? 0.5 : 0, () => tree("lower", "text", node.env)`lower(${node})`],
    [0.7, () => tree("coalesce", node.type, node.env)`coalesce(${node}, ${fresh()})`],
    // one of the parts in the place of the whole: a conjunct or NULLIF is dropped, an InitPlan unwrapped
    [parts.length > 0 ? 4 : 0, () => random.pick(parts)],
  ];
  if (node.tag === "compare") {
    own.push([4, () => swapOperator(maker, node)]);
    own.push([3, () => moveCast(node)]);
    own.push([1, () => swapped(node)]);
  }
  if (node.tag === "coalesce" || node.tag === "and" || node.tag === "or") own.push([3, () => swapped(node)]);
  if (node.tag === "exists" || node.tag === "inquery") own.push([2, () => negated(node)]);
  if (node.tag === "setting") {
    const text = node.parts.join("");
    const name = /'([^']+)'/.exec(text)?.[1] ?? "";
    const setting = SETTINGS.find((candidate) => candidate.name === name);
    own.push([2, () => readSetting(node.env, name, !text.includes("true"))]);
    if (setting) own.push([5, () => claim(maker, node.env, setting.claim)]);
    if (setting)
      own.push([
        3,
        () =>
          tree("coalesce", "text", node.env)`coalesce(nullif(${node}, ''), ${claim(maker, node.env, setting.claim)})`,
      ]);
  }
  if (node.tag === "column") own.push([2, () => column(maker, node.env, node.type, null)]);
  return random.weighted(own);
}

/** `(x = y::uuid)` as `(x::text = y)`, and back. */
function moveCast(node: Tree): Tree | null {
  const [left, right] = kids(node);
  if (!left || !right || left.type !== right.type) return null;
  const rebuilt = (a: Tree, b: Tree): Tree => {
    let index = 0;
    return { ...node, parts: node.parts.map((part) => (isTree(part) ? (index++ === 0 ? a : b) : part)) };
  };
  const bare = kids(right)[0];
  if (right.tag === "cast" && bare?.type === "text")
    return rebuilt(tree("printed", "text", left.env)`${left}::text`, bare);
  const origin = kids(left)[0];
  if (left.tag === "printed" && origin)
    return rebuilt(origin, tree("cast", origin.type, right.env)`(${right})::${origin.type}`);
  return null;
}

/** Its first two parts the other way round. */
function swapped(node: Tree): Tree | null {
  const [first, second] = kids(node);
  if (!first || !second) return null;
  return { ...node, parts: node.parts.map((part) => (part === first ? second : part === second ? first : part)) };
}

function negated(node: Tree): Tree {
  const at = node.parts.findIndex((part) => part === "not " || part === "in" || part === "not in");
  if (at < 0) return tree("not", "boolean", node.env)`(not ${node})`;
  const other: Record<string, string> = { "not ": "", in: "not in", "not in": "in" };
  return {
    ...node,
    parts: node.parts.map((part, index) => (index === at && !isTree(part) ? (other[part] ?? part) : part)),
  };
}

/** Policies added, dropped, split, turned or given to others. */
function withPolicy(maker: Maker, side: FuzzSide, guarded: ReadonlySet<TableName>): FuzzSide {
  const { random } = maker;
  const index = random.int(side.policies.length);
  const policy = side.policies[index];
  if (!policy) return side;
  const put = (...into: FuzzPolicy[]): FuzzSide => ({
    ...side,
    policies: [...side.policies.slice(0, index), ...into, ...side.policies.slice(index + 1)],
  });
  return random.weighted<FuzzSide>([
    [
      3,
      () =>
        policy.command === "ALL"
          ? put(...split(policy))
          : put({ ...policy, command: "ALL", using: policy.using ?? policy.check }),
    ],
    [2, () => put({ ...policy, permissive: !policy.permissive })],
    [1, () => put()],
    [
      2,
      () => {
        const table = random.chance(0.7) ? "docs" : random.pick(TABLE_NAMES.filter((name) => guarded.has(name)));
        return { ...side, policies: [...side.policies, newPolicy(maker, table, `n${side.policies.length}`, 2)] };
      },
    ],
    [
      2,
      () =>
        put({ ...policy, roles: random.pick([["public"], ["authenticated"], ["lead"], ["anon", "authenticated"]]) }),
    ],
    [
      2,
      () =>
        policy.command === "ALL" || policy.command === "UPDATE"
          ? put({ ...policy, check: policy.check ? null : policy.using })
          : side,
    ],
  ]);
}

const split = (policy: FuzzPolicy): FuzzPolicy[] =>
  (["SELECT", "INSERT", "UPDATE", "DELETE"] as const satisfies PolicyCommand[]).map((command) => ({
    ...policy,
    name: `${policy.name}_${command.toLowerCase()}`,
    command,
    using: command === "INSERT" ? null : policy.using,
    check: command === "INSERT" ? (policy.check ?? policy.using) : command === "UPDATE" ? policy.check : null,
  }));

/** A helper with another body or other rights. */
function withFunction(maker: Maker, side: FuzzSide): FuzzSide {
  const { random } = maker;
  if (side.functions.length === 0) return side;
  const chosen = random.pick(side.functions);
  const bare: Maker = { ...maker, functions: [] };
  const made = random.weighted([
    [1, () => ({ ...chosen, definer: !chosen.definer })],
    [1, () => ({ ...chosen, body: mutated(bare, chosen.body) })],
    [1, () => ({ ...chosen, strict: chosen.argument !== null && !chosen.strict })],
    [0.3, () => ({ ...chosen, body: functionBody(bare, chosen.result, chosen.argument) })],
  ]);
  return { ...side, functions: side.functions.map((fn) => (fn === chosen ? made : fn)) };
}
