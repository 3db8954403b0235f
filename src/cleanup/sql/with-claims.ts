import { transform } from "../../pg/expr/transform.ts";
import { bypassFlag, contextToClaim } from "../../rewrite/index.ts";
import type { Retired } from "./retired.ts";

/** A tree in which every retired variable is read as its claim. */
export const withClaims = (tree: unknown, { rules }: Retired): unknown =>
  [bypassFlag, contextToClaim].reduce((before, rule) => transform(before, (node) => rule.rewrite(node, rules)), tree);
