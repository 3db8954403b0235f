import type { Catalog, PgFunction, Relation } from "../pg/catalog.ts";
import { as } from "../pg/expr/node.ts";
import { nameParts } from "../pg/expr/shape.ts";
import { walk } from "../pg/expr/walk.ts";
import { functionKey, nameKey } from "../pg/name.ts";
import type { Policy, PolicyCommand } from "../pg/policy.ts";
import type { AssumedVerdict } from "./assumed-verdict.ts";
import { commandOf, type Component } from "./component.ts";
import { parseOnce } from "./encode/parse-once.ts";
import type { PropertyVerdict } from "./never.ts";
import { worldOf, type World } from "./objects/index.ts";
import { objectKey } from "./uses.ts";
import type { UnknownReason } from "./verdict.ts";

type Command = Exclude<PolicyCommand, "ALL">;

/** Asks whether statements of a role on a relation call a function without end. */
type Endless = (relation: Relation, component: Component, role: string) => boolean;

/**
 * Policies call a function that reads a relation whose policies, for the role that it runs as, call it again: PostgreSQL
 * notices no recursion of policies there and ends with 54001, stack depth limit exceeded (measured on 15; the embedded 18
 * does not survive it).
 */
function endlessIn(world: World): Endless {
  const { side } = world;
  const known = new Map<string, boolean>();
  const calledBy = (policy: Policy): PgFunction[] => {
    const found: PgFunction[] = [];
    for (const text of [policy.using, policy.check]) {
      if (text === null) continue;
      walk(parseOnce(text).tree, (node) => {
        const [name = "", schema] = nameParts(as("FuncCall", node)?.funcname).toReversed();
        found.push(...side.functionsNamed(name).filter((fn) => schema === undefined || fn.schema === schema));
      });
    }
    return found;
  };
  const policiesEndless = (relation: Relation, command: Command, role: string, path: readonly string[]): boolean =>
    !side.bypasses(relation, role) &&
    side
      .policies(relation, command, role)
      .some((policy) => calledBy(policy).some((fn) => functionEndless(fn, role, path)));
  const functionEndless = (fn: PgFunction, user: string, path: readonly string[]): boolean => {
    const key = JSON.stringify([functionKey(fn), user]);
    if (path.includes(key)) return true;
    if (fn.language !== "sql" && fn.language !== "plpgsql") return false;
    const inside = fn.securityDefiner ? fn.owner : user;
    const uses = world.described.get(objectKey({ kind: "function", name: nameKey(fn) }))?.uses ?? [];
    return [...uses].some((used) => {
      const relation = world.relationOf.get(used);
      return relation !== undefined && policiesEndless(relation, "SELECT", inside, [...path, key]);
    });
  };
  return (relation, component, role) => {
    const key = JSON.stringify([nameKey(relation), component, role]);
    const found =
      known.get(key) ??
      [...new Set<Command>([commandOf(component), "SELECT"])].some((command) =>
        policiesEndless(relation, command, role, []),
      );
    known.set(key, found);
    return found;
  };
}

const REASON: UnknownReason = {
  kind: "unsupported",
  message:
    "a function that a policy calls reads the relation again without end, as the role that it runs as: statements that come to a row fail (54001)",
  expression: null,
  at: null,
};

/**
 * Verdicts that hold nothing against a database that calls a function without end: no witness can be run there. Where the
 * second side does so and the first does not, statements fail now; where the first does, what they give now is a gain.
 */
export function settleEndless(before: Catalog, after: Catalog, verdicts: readonly AssumedVerdict[]): AssumedVerdict[] {
  const sides = [before, after].map((catalog) => {
    const world = worldOf(catalog);
    return { world, endless: endlessIn(world) };
  });
  return verdicts.map((verdict): AssumedVerdict => {
    const [first, second] = sides.map(({ world, endless }) => {
      const relation = world.side.relation(verdict.relation);
      return relation !== undefined && endless(relation, verdict.component, verdict.role);
    });
    if (!first && !second) return verdict;
    const same = verdict.decision === "equivalent" && verdict.errors.length === 0;
    const trial = { notTried: "its statements call a function without end" };
    const plain = { ...verdict, witnesses: [], suspected: null, trial };
    if (first && second)
      return same
        ? { ...verdict, witnesses: [], suspected: null }
        : { ...plain, decision: "unknown", reasons: [REASON] };
    if (second) return { ...plain, decision: "always-errors", reasons: [REASON] };
    return { ...plain, opensErrors: "every statement", errors: ["error->deny", "error->allow"] };
  });
}

/** The same for a property: that no row is reached because statements fail is no proof. */
export function settleEndlessProperty(catalog: Catalog, verdicts: readonly PropertyVerdict[]): PropertyVerdict[] {
  const world = worldOf(catalog);
  const endless = endlessIn(world);
  return verdicts.map((verdict): PropertyVerdict => {
    const relation = world.side.relation(verdict.relation);
    if (!relation || !endless(relation, verdict.component, verdict.role)) return verdict;
    return { ...verdict, answer: "unknown", reasons: [REASON], witness: null };
  });
}
