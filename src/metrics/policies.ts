import type { ClassifiedPolicy, FunctionFacts, Pattern } from "../classify/index.ts";
import type { Finding } from "../finding.ts";

/** What is counted of the policies and functions of one catalog, without its findings. */
export interface CatalogFigures {
  policies: number;
  /** characters of all USING and WITH CHECK expressions, as PostgreSQL prints them */
  characters: number;
  /** lines of the same; PostgreSQL breaks them in sub-queries alone */
  lines: number;
  patterns: Partial<Record<Pattern, number>>;
  /** policies that read a session variable, themselves or through a function */
  readingPolicies: number;
  /** functions that read one in their own body */
  readingFunctions: number;
  /** functions that set one */
  settingFunctions: number;
  /** different expressions: how many forms of a condition a reader has to know */
  expressions: number;
  /** different idioms of classification that occur */
  idioms: string[];
}

/** The same with its findings. */
export interface PolicyFigures extends CatalogFigures {
  /** warnings and errors about policies and functions, by code */
  findings: Record<string, number>;
  /** policies with one of them */
  policiesWithFindings: number;
}

/** What classification has found out about a catalog. */
export interface Classified {
  classified: readonly ClassifiedPolicy[];
  facts: readonly FunctionFacts[];
  findings: readonly Finding[];
}

/** Count the policies and functions of a catalog. `settings`: the session variables that the move retires. Pure. */
export function catalogFigures(
  { classified, facts }: Omit<Classified, "findings">,
  settings: ReadonlySet<string>,
): CatalogFigures {
  const texts = classified.flatMap(({ policy }) => [policy.using, policy.check].filter((text) => text !== null));
  const isRetired = ({ setting }: { setting: string | null }): boolean => setting !== null && settings.has(setting);
  return {
    policies: classified.length,
    characters: texts.reduce((sum, text) => sum + text.length, 0),
    lines: texts.reduce((sum, text) => sum + text.split("\n").length, 0),
    patterns: countsOf(classified.map(({ pattern }) => pattern)),
    readingPolicies: classified.filter(({ reads }) => reads.some(isRetired)).length,
    readingFunctions: facts.filter(({ reads }) => reads.some(isRetired)).length,
    settingFunctions: facts.filter(({ sets }) => sets.some(isRetired)).length,
    expressions: new Set(texts).size,
    idioms: [...new Set(classified.flatMap(({ idioms }) => idioms))].toSorted(),
  };
}

/** The same with the findings. Pure. */
export function policyFigures(all: Classified, settings: ReadonlySet<string>): PolicyFigures {
  const counted = all.findings.filter(({ severity }) => severity !== "info");
  return {
    ...catalogFigures(all, settings),
    findings: countsOf(counted.map(({ code }) => code)),
    policiesWithFindings: new Set(
      counted.flatMap(({ at }) => (at.kind === "policy" ? [JSON.stringify([at.schema, at.relation, at.policy])] : [])),
    ).size,
  };
}

function countsOf<Key extends string>(keys: readonly Key[]): Record<Key, number> {
  const counts: Partial<Record<Key, number>> = {};
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1;
  return counts as Record<Key, number>; // every key that occurs has a count
}
