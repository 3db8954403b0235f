import type { FileFigures } from "./files.ts";
import type { Metric, MetricLack, MetricName, MetricSource } from "./metric.ts";
import type { PolicyFigures } from "./policies.ts";

/** The figures of one side, or why there are none. */
export type OfSide<Figures> = { kind: "known"; value: Figures } | { kind: "lacking"; lack: MetricLack };

/** Both sides. */
export interface Both<Figures> {
  before: OfSide<Figures>;
  after: OfSide<Figures>;
}

/** A figure of both sides, by a function that counts it. */
function metric<Figures>(
  name: MetricName,
  source: MetricSource,
  { before, after }: Both<Figures>,
  count: (figures: Figures) => number,
): Metric {
  const of = (side: OfSide<Figures>): number | null => (side.kind === "known" ? count(side.value) : null);
  const lackOf = (side: OfSide<Figures>): MetricLack | null => (side.kind === "known" ? null : side.lack);
  return {
    name,
    source,
    before: of(before),
    after: of(after),
    lack: { before: lackOf(before), after: lackOf(after) },
    target: null,
    of: null,
    stated: null,
  };
}

/** What is counted of policies and functions. Pure. */
export function policyMetrics(sides: Both<PolicyFigures>): Metric[] {
  const count = (name: MetricName, of: (figures: PolicyFigures) => number): Metric =>
    metric(name, "catalog", sides, of);
  const share = count("policies with findings", ({ policiesWithFindings }) => policiesWithFindings);
  const [before, after] = [sides.before, sides.after].map((side) =>
    side.kind === "known" ? side.value.policies : null,
  );
  return [
    count("policies", ({ policies }) => policies),
    count("policy characters", ({ characters }) => characters),
    count("policy lines", ({ lines }) => lines),
    count("policies on a variable", ({ readingPolicies }) => readingPolicies),
    count("policy expressions", ({ expressions }) => expressions),
    count("idioms", ({ idioms }) => idioms.length),
    count("functions reading a variable", ({ readingFunctions }) => readingFunctions),
    count("functions setting a variable", ({ settingFunctions }) => settingFunctions),
    count("findings", ({ findings }) => Object.values(findings).reduce((sum, one) => sum + one, 0)),
    { ...share, of: before != null && after != null ? { before, after } : null },
  ];
}

/** What is counted of files. Pure. */
export function fileMetrics(sides: Both<FileFigures>): Metric[] {
  const count = (name: MetricName, of: (figures: FileFigures) => number): Metric => metric(name, "files", sides, of);
  return [
    count("test cases", ({ tests }) => tests.cases),
    count("test lines", ({ tests }) => tests.naming),
    count("service files", ({ service }) => service.files),
    count("service lines", ({ service }) => service.naming),
    count("documents", ({ documents }) => documents.files),
    count("document words", ({ documents }) => documents.words),
    count("document code blocks", ({ documents }) => documents.blocks),
  ];
}
