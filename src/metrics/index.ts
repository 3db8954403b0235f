/** What a move of policies has changed, in figures. */
export { COUNTED, fileFigures, type CountedFile, type FileFigures } from "./files.ts";
export type { Metric, MetricLack, MetricName, Metrics, MetricSource } from "./metric.ts";
export { catalogFigures, policyFigures, type CatalogFigures, type PolicyFigures } from "./policies.ts";
export { fileMetrics, policyMetrics, type Both, type OfSide } from "./rows.ts";
