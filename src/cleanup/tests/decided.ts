import { matches } from "../../pg/name-pattern.ts";
import { nodesIn, type Edit, type Node, type Retired } from "../code/index.ts";
import { titlesOf, type TestCase } from "./find-cases.ts";
import { casesOf, type Unit } from "./units.ts";

/** What a person has decided about cases whose `path: suite > case` fits a pattern. */
export interface DecidedCases {
  /** `*` matches any text */
  pattern: string;
  /** the case goes, stays, or reads the claim where it read the variable */
  decision: "delete" | "keep" | "claim";
  reason: string;
}

/** A part that stays since the config says so. */
export interface KeptByConfig {
  unit: Unit;
  reason: string;
}

/**
 * The parts, with what is decided about their cases: those that go or read the claim come first, so that nothing rests
 * on a case that a decision takes away. A case that reads no variable itself cannot read the claim: it stays what it was.
 */
export function withDecisions(
  units: readonly Unit[],
  cases: readonly TestCase[],
  decided: readonly DecidedCases[],
  retired: Retired,
): { units: Unit[]; kept: KeptByConfig[] } {
  const decisions = new Map(
    cases.flatMap((one): [TestCase, DecidedCases][] => {
      const found = decided.find(({ pattern }) => matches(pattern, `${one.module.path}: ${one.name}`));
      return found ? [[one, found]] : [];
    }),
  );
  const made = [...decisions].flatMap(([one, decision]) => decidedUnit(one, decision, retired) ?? []);
  const taken = new Set(made.flatMap((unit) => (unit.kind === "row" ? [] : [unit.case])));
  const others = units.flatMap((unit): Unit[] => {
    if (unit.kind !== "row") return taken.has(unit.case) ? [] : [unit];
    const left = unit.cases.filter((one) => !taken.has(one));
    if (left.length === unit.cases.length) return [unit];
    const isLeft = ({ case: one }: { case: TestCase }): boolean => !taken.has(one);
    return left.length === 0
      ? []
      : [{ ...unit, cases: left, instances: unit.instances.filter(isLeft), twins: unit.twins.filter(isLeft) }];
  });
  const reasonOf = (unit: Unit): string | null => {
    const found = casesOf(unit).map((one) => decisions.get(one));
    return found.every((one) => one?.decision === "keep") ? (found[0]?.reason ?? null) : null;
  };
  return {
    units: [...made, ...others.filter((unit) => reasonOf(unit) === null)],
    kept: others.flatMap((unit) => {
      const reason = reasonOf(unit);
      return reason === null ? [] : [{ unit, reason }];
    }),
  };
}

function decidedUnit(one: TestCase, { decision, reason }: DecidedCases, retired: Retired): Unit | null {
  const rest = { case: one, unclear: null, instances: [{ case: one, titles: titlesOf(one, null) }], decided: reason };
  if (decision === "delete") return { kind: "case", ...rest };
  const reads = decision === "claim" ? readsIn(one, retired) : [];
  return reads.length > 0 ? { kind: "reads", ...rest, reads } : null;
}

/** The reads of a variable in the texts of a case, with the claim in their place. */
function readsIn({ module, call }: TestCase, { settings }: Retired): Edit[] {
  const texts = call.callback ? [...nodesIn(call.callback)].filter(isText) : [];
  return texts.flatMap((node) =>
    [...module.text.slice(node.start, node.end).matchAll(READ)].flatMap((found): Edit[] => {
      const [whole, quote = "", name = ""] = found;
      const keys = settings.get(name.toLowerCase());
      if (!keys?.every((key) => /^\w+$/.test(key))) return [];
      const start = node.start + found.index;
      return [{ path: module.path, start, end: start + whole.length, text: claimRead(keys, quote) }];
    }),
  );
}

/** `current_setting('app.tenant_id', true)`, whose quotes may be escaped in a JavaScript text. */
const READ = /\bcurrent_setting\s*\(\s*(\\?')([\w.]+)\1\s*(?:,\s*(?:true|false)\s*)?\)/gi;

/** Null without a token, as the setting was without a value; the path of PostgreSQL's `#>>`. */
const claimRead = (keys: readonly string[], quote: string): string =>
  `(nullif(current_setting('request.jwt.claims', true), '')::jsonb #>> '{${keys.join(",")}}')`.replaceAll("'", quote);

const isText = (node: Node): boolean =>
  node.type === "TemplateLiteral" || (node.type === "Literal" && typeof node.value === "string");
