import { ATTRIBUTE_CASES } from "./object-attribute-cases.ts";
import { EDGE_CASES } from "./object-edge-cases.ts";
import { HIDDEN_CASES } from "./object-hidden-cases.ts";
import { VALUE_CASES } from "./object-value-cases.ts";
import { OBJECT_CASES, type ObjectCase } from "./objects-cases.ts";

export const EVERY_OBJECT_CASE: readonly ObjectCase[] = [
  ...OBJECT_CASES,
  ...EDGE_CASES,
  ...VALUE_CASES,
  ...HIDDEN_CASES,
  // a reader drops its database without more ado
  ...ATTRIBUTE_CASES.filter(({ last }) => last === undefined),
];
