import pc from "picocolors";
import type { ClassifiedPolicy, Pattern, FunctionFacts, InferredContext } from "../classify/index.ts";
import { describeLocation, type Finding, type Severity } from "../finding.ts";
import type { Catalog, Relation } from "../pg/catalog.ts";
import { isPlatformFunction } from "../pg/platform-objects.ts";
import { groupBy } from "../pg/group-by.ts";
import { identForReading } from "../pg/identifier.ts";
import { nameKey, relationKey } from "../pg/name.ts";
import type { Platform } from "../scratch/index.ts";
import type { Colours } from "./colours.ts";
import type { InspectJson } from "./json-outputs.ts";
import { singleLined } from "./single-lined.ts";
import { length, pad, wrap } from "./wrap.ts";

export interface InspectOptions {
  color: boolean;
  /** instead of `color`: colours that the output tells from sequences in the data */
  colours?: Colours;
  /** columns of the terminal */
  width: number;
}

/** The result of an inspection, as `inspectCatalog` returns it. */
export interface Inspected {
  catalog: Catalog;
  classified: readonly ClassifiedPolicy[];
  facts: readonly FunctionFacts[];
  findings: readonly Finding[];
  inferred: InferredContext;
}

const PATTERNS: readonly [Pattern, string][] = [
  ["A", "claims only"],
  ["B", "variables only"],
  ["C", "hybrid"],
  ["identity-only", "identity only"],
  ["constant", "constant"],
  ["other", "other"],
];

/**
 * The output of `rlsmith inspect`: counts, relations with their policies, functions and triggers around the context,
 * the context map, findings.
 */
export function renderInspect(inspected: Inspected, options: InspectOptions): string {
  const { catalog, classified, facts, findings, inferred } = singleLined(inspected);
  const colours = options.colours ?? pc.createColors(options.color);
  const width = Math.max(options.width, 60);
  const sections = [
    relationLines(catalog, classified, colours, width),
    section("Functions", functionLines(catalog, facts, classified), colours, width),
    section("Claims are written by", claimWriters(catalog, facts), colours, width),
    section("Session variables", variableLines(inferred), colours, width),
    findingLines(findings, colours, width),
    [summary(classified, findings, colours)],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

/** `116 policies on 30 relations: 12 A (claims only), 102 C (hybrid). 3 errors, 5 warnings` */
function summary(classified: readonly ClassifiedPolicy[], findings: readonly Finding[], colours: Colours): string {
  const relations = new Set(classified.map(({ policy }) => relationKey(policy)));
  const counts = PATTERNS.flatMap(([pattern, title]) => {
    const count = classified.filter((policy) => policy.pattern === pattern).length;
    return count === 0
      ? []
      : [`${count} ${pattern === "A" || pattern === "B" || pattern === "C" ? `${pattern} (${title})` : title}`];
  });
  const levels = (["error", "warning", "info"] as const).flatMap((level) => {
    const count = findings.filter((one) => one.severity === level).length;
    return count === 0 ? [] : [plural(count, level === "info" ? "note" : level)];
  });
  const head = `${classified.length === 1 ? "1 policy" : `${classified.length} policies`} on ${plural(relations.size, "relation")}`;
  return `${colours.bold(head)}${counts.length === 0 ? "" : `: ${counts.join(", ")}`}. ${levels.length === 0 ? "No findings" : levels.join(", ")}.`;
}

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;

function relationLines(
  catalog: Catalog,
  classified: readonly ClassifiedPolicy[],
  colours: Colours,
  width: number,
): string[] {
  const byName = new Map(catalog.relations.map((one) => [nameKey(one), one]));
  const rows = classified.map((policy) => ({ policy, cells: cellsOf(policy) }));
  const widths = [0, 1, 2, 3].map((column) =>
    Math.min(Math.max(0, ...rows.map(({ cells }) => length(cells[column] ?? ""))), COLUMN_LIMIT),
  );
  const lines: string[] = [];
  for (const group of groupBy(rows, ({ policy }) => relationKey(policy.policy)).entries()) {
    const [key, policies] = group;
    const [first] = policies;
    if (!first) continue;
    if (lines.length > 0) lines.push("");
    lines.push(`${colours.bold(key)}  ${stateOf(byName.get(key), colours)}`);
    for (const { policy, cells } of policies) {
      const fixed = `  ${cells.map((cell, column) => pad(cell, widths[column] ?? 0)).join("  ")}  `;
      const [head = "", ...rest] = wrap(policy.idioms.join(", "), Math.max(width - length(fixed), 30));
      const mark = cells[3] ?? "";
      const at = fixed.lastIndexOf(mark);
      const coloured =
        mark === ""
          ? fixed
          : `${fixed.slice(0, at)}${patternColour(policy.pattern, colours)(mark)}${fixed.slice(at + mark.length)}`;
      lines.push(`${coloured}${colours.dim(head)}`.trimEnd());
      for (const line of rest) lines.push(`${" ".repeat(length(fixed))}${colours.dim(line)}`);
    }
  }
  return lines;
}

const COLUMN_LIMIT = 44;

const cellsOf = ({ policy, pattern }: ClassifiedPolicy): string[] => [
  identForReading(policy.name),
  `${policy.command}${policy.permissive ? "" : " restrictive"}`,
  policy.roles.map(identForReading).join(", "),
  pattern,
];

function stateOf(relation: Relation | undefined, colours: Colours): string {
  if (!relation) return colours.dim("not in the catalog");
  if (!relation.rowSecurity) return colours.red("row security off");
  return colours.dim(relation.forceRowSecurity ? "row security on, forced" : "row security on");
}

const patternColour = (pattern: Pattern, colours: Colours): ((text: string) => string) =>
  pattern === "A" ? colours.green : pattern === "B" || pattern === "C" ? colours.yellow : colours.dim;

function functionLines(
  catalog: Catalog,
  facts: readonly FunctionFacts[],
  classified: readonly ClassifiedPolicy[],
): [string, string][] {
  return facts.flatMap((fact): [string, string][] => {
    if (isPlatformFunction(catalog, fact)) return [];
    const name = nameKey(fact);
    const policies = classified.filter((policy) => policy.reads.some((read) => read.through.at(-1) === name)).length;
    const sets = fact.sets.map(
      (one) => `${one.setting ?? "a setting named at run time"}${one.argument === null ? "" : ` from ${one.argument}`}`,
    );
    const reads = fact.reads.map(
      (read) => `${read.setting}${read.claimPath ? `, else the claim ${read.claimPath.join(".")}` : ""}`,
    );
    const said = [
      ...(reads.length > 0 ? [`reads ${[...new Set(reads)].join("; ")}`] : []),
      ...(sets.length > 0 ? [`sets ${[...new Set(sets)].join(", ")}`] : []),
      ...(policies > 0 ? [policies === 1 ? "1 policy reads through it" : `${policies} policies read through it`] : []),
      ...(fact.opaque !== null && reads.length + sets.length > 0 ? [`not all of it can be read: ${fact.opaque}`] : []),
    ];
    const overloaded = facts.some(
      (other) => other !== fact && other.schema === fact.schema && other.name === fact.name,
    );
    const title = `${name}(${overloaded ? fact.identityArguments : ""})`;
    return reads.length + sets.length === 0 ? [] : [[title, said.join("; ")]];
  });
}

function claimWriters(catalog: Catalog, facts: readonly FunctionFacts[]): [string, string][] {
  return facts
    .filter((fact) => fact.writesClaims.length > 0)
    .map((fact): [string, string] => {
      const triggers = catalog.triggers.filter(
        (one) => one.function.schema === fact.schema && one.function.name === fact.name,
      );
      const where =
        triggers.length === 0
          ? "no trigger calls it"
          : triggers
              .map(
                (one) =>
                  `trigger ${identForReading(one.name)} on ${relationKey(one)}${one.enabled ? "" : " (disabled)"}`,
              )
              .join(", ");
      const claims = fact.writesClaims.map(
        ({ path, column }) => `${path.join(".")}${column === null ? "" : ` from ${column}`}`,
      );
      return [`${nameKey(fact)}()`, `${claims.join(", ")}; ${where}`];
    });
}

const variableLines = (inferred: InferredContext): [string, string][] => [
  ...inferred.variables.map(({ setting, claim, type, certain, evidence }): [string, string] => [
    setting,
    [
      claim === null
        ? `no claim known, ${type}`
        : `${certain ? "the claim" : "perhaps the claim"} ${claim.join(".")}, ${type}`,
      ...evidence,
    ].join("; "),
  ]),
  ...inferred.flags.map(({ setting, evidence }): [string, string] => [setting, `bypass flag; ${evidence.join("; ")}`]),
];

/** Names on the left, texts on the right, wrapped in their own column. */
function section(title: string, rows: readonly [string, string][], colours: Colours, width: number): string[] {
  if (rows.length === 0) return [];
  const left = Math.min(Math.max(...rows.map(([name]) => length(name))), COLUMN_LIMIT);
  return [
    colours.bold(title),
    ...rows.flatMap(([name, said]) => {
      const lines = wrap(said, Math.max(width - left - 4, 30));
      const fits = length(name) <= left;
      const indent = " ".repeat(left + 4);
      const rest = (fits ? lines.slice(1) : lines).map((line) => `${indent}${line}`);
      return [`  ${pad(name, left)}${fits ? `  ${lines[0] ?? ""}` : ""}`.trimEnd(), ...rest];
    }),
  ];
}

function findingLines(findings: readonly Finding[], colours: Colours, width: number): string[] {
  if (findings.length === 0) return [];
  const paint: Record<Severity, (text: string) => string> = {
    error: colours.red,
    warning: colours.yellow,
    info: colours.dim,
  };
  const lines = [colours.bold("Findings")];
  for (const level of ["error", "warning", "info"] as const)
    for (const [code, group] of groupBy(
      findings.filter((one) => one.severity === level),
      (one) => one.code,
    )) {
      const count = group.length === 1 ? "" : colours.dim(` ${group.length}`);
      lines.push(`  ${paint[level](pad(level, 7))}  ${code}${count}`);
      for (const [message, same] of groupBy(group, (one) => one.message)) {
        lines.push(...same.map((one) => `             ${describeLocation(one.at)}`));
        lines.push(...wrap(message, width - 15).map((line) => `               ${line}`));
      }
      for (const hint of new Set(group.flatMap((one) => one.hint ?? [])))
        lines.push(...wrap(`→ ${hint}`, width - 15).map((line) => `               ${colours.dim(line)}`));
    }
  return lines;
}

/** The result of an inspection as JSON. */
export const inspectJson = (
  { catalog, classified, facts, findings, inferred }: Inspected,
  platform: Platform | null,
): InspectJson => ({
  format: "rlsmith-inspect",
  formatVersion: 1,
  catalog,
  policies: classified,
  functions: facts,
  findings,
  context: inferred,
  platform,
});
