import { CITEXT_CASES } from "./citext-cases.ts";
import { COLLATION_CASES } from "./collation-cases.ts";
import { DEPENDS_CASES, type DependsCase } from "./depends-cases.ts";
import { NO_OPERATOR_CASES } from "./no-operator-cases.ts";
import { VIEW_CASES } from "./view-cases.ts";

export const EVERY_DEPENDS_CASE: readonly DependsCase[] = [
  ...DEPENDS_CASES,
  ...VIEW_CASES,
  ...CITEXT_CASES,
  ...COLLATION_CASES,
  ...NO_OPERATOR_CASES,
];
