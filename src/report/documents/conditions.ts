import type { Condition, FromRequest } from "../../access/index.ts";
import { code, listed, type Shown } from "./text.ts";

/** How names are shown in words. */
export interface Naming {
  relation: Shown;
  /** the claim that a last key alone stands for: the one that most policies read */
  mainClaim: ReadonlyMap<string, string>;
}

/** Which claim of several with one last key is meant where only that key is said. */
export function mainClaims(paths: readonly (readonly string[])[]): Map<string, string> {
  const counts = new Map<string, number>();
  for (const path of paths) counts.set(JSON.stringify(path), (counts.get(JSON.stringify(path)) ?? 0) + 1);
  const main = new Map<string, string>();
  for (const [path] of [...counts].toSorted(([, a], [, b]) => b - a)) {
    const key = (JSON.parse(path) as string[]).at(-1) ?? "";
    if (!main.has(key)) main.set(key, path);
  }
  return main;
}

/** Conditions that hold together. */
type All = readonly Condition[];

/** SQL that is longer is named by its columns. */
const LONGEST_SQL = 72;

/** What a policy, or several of which one is enough, asks of a row, in words: `own casino_id, claim staff_role is admin`. */
export function alternativesWords(alternatives: readonly All[], naming: Naming): string {
  const least = joined(absorbed(alternatives.flatMap(flattened)));
  const [first] = least;
  if (first === undefined || least.length === 1) return allWords(first ?? [], naming, false);
  const common = first.filter((one) => least.every((all) => all.some((other) => isAlike(one, other))));
  const rest = least.map((all) => all.filter((one) => !common.some((other) => isAlike(one, other))));
  const either = rest.map((all) => allWords(all, naming, true)).join(", or ");
  return common.length === 0 ? either : `${allWords(common, naming, false)}; and ${either}`;
}

const isAlike = (one: Condition, other: Condition): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Alternatives that differ in the values of one list alone are one with all values. */
function joined(alternatives: readonly All[]): readonly All[] {
  const result: All[] = [];
  for (const all of alternatives) {
    const at = result.findIndex((there) => listApart(there, all) !== null);
    const found = result[at];
    const apart = found && listApart(found, all);
    if (found && apart) result[at] = found.map((one) => (one === apart[0] ? { ...apart[0], values: apart[1] } : one));
    else result.push(all);
  }
  return result;
}

/** The list of values by which two alternatives differ, and the values of both; null: they differ otherwise. */
function listApart(one: All, other: All): [Extract<Condition, { kind: "one of" }>, string[]] | null {
  const [mine, ...more] = one.filter((condition) => !other.some((there) => isAlike(condition, there)));
  const [yours, ...others] = other.filter((condition) => !one.some((there) => isAlike(condition, there)));
  if (mine?.kind !== "one of" || yours?.kind !== "one of" || more.length + others.length > 0) return null;
  if (JSON.stringify(mine.from) !== JSON.stringify(yours.from)) return null;
  return [mine, [...new Set([...mine.values, ...yours.values])]];
}

/** One OR at the top is several alternatives. */
const flattened = (all: All): readonly All[] => {
  const [only] = all;
  return all.length === 1 && only?.kind === "any" ? only.of.flatMap(flattened) : [all];
};

/** Without the alternatives that ask for all that another one asks for, and more. */
function absorbed(alternatives: readonly All[]): readonly All[] {
  const keys = alternatives.map((all) => new Set(all.map((one) => JSON.stringify(one))));
  const isMore = (a: number, b: number): boolean => [...(keys[b] ?? [])].every((key) => keys[a]?.has(key));
  return alternatives.filter(
    (_, n) => !alternatives.some((__, m) => m !== n && isMore(n, m) && (!isMore(m, n) || m < n)),
  );
}

function allWords(all: All, naming: Naming, isOneOfSeveral: boolean): string {
  const known = all.some(({ kind }) => kind === "own" || kind === "one of");
  const left = all.filter(
    (one) =>
      // a claim is part of a token, which says who is logged in; among alternatives it may be what tells them apart
      !(one.kind === "signed in" && known && !isOneOfSeveral) &&
      !(one.kind === "constant" && one.value && all.length > 1),
  );
  return left.map((one) => conditionWords(one, naming)).join(", ");
}

function conditionWords(condition: Condition, naming: Naming): string {
  switch (condition.kind) {
    case "signed in":
      return "logged in";
    case "constant":
      return condition.value ? "every row" : "no row";
    case "own":
      return ownWords(condition.column, condition.from, naming);
    case "one of":
      return `${valueWords(condition.from, naming)} is ${listed(condition.values.map(code), "or")}`;
    case "look-up":
      return `as rows of ${listed(condition.relations.map(naming.relation))} say`;
    case "any":
      return `(${alternativesWords(condition.of, naming)})`;
    case "other":
      return condition.sql.length <= LONGEST_SQL
        ? code(condition.sql)
        : condition.columns.length > 0
          ? `a condition on ${listed(condition.columns.map(code))}`
          : "a longer condition";
  }
}

function ownWords(column: string, from: FromRequest, naming: Naming): string {
  if (isCaller(from)) return `${code(column)} is the caller`;
  const name = from.claim?.at(-1) ?? from.setting?.split(".").at(-1);
  const suffix = from.setting === null ? "" : from.claim === null ? " (variable)" : " (variable or claim)";
  return name === column && isMain(from, naming)
    ? `own ${code(column)}${suffix}`
    : `${code(column)} is ${valueWords(from, naming)}`;
}

/** True for a claim that its last key stands for, and for a variable. */
export const isMain = ({ claim }: FromRequest, { mainClaim }: Naming): boolean =>
  claim === null || mainClaim.get(claim.at(-1) ?? "") === JSON.stringify(claim);

const isCaller = ({ claim }: FromRequest): boolean => claim?.length === 1 && claim[0] === "sub";

/** A value of the request. */
function valueWords(from: FromRequest, naming: Naming): string {
  const { claim, setting } = from;
  if (isCaller(from)) return "the caller";
  const claimWords =
    claim === null
      ? ""
      : isMain(from, naming)
        ? `claim ${code(claim.at(-1) ?? "")}`
        : `${claim.length === 1 ? "top-level " : ""}claim ${code(claim.join("."))}`;
  if (setting === null) return claimWords;
  return claim === null ? `variable ${code(setting)}` : `variable ${code(setting)} or ${claimWords}`;
}
