import type { Touched } from "../denial.ts";
import type { Cause } from "./criterion.ts";
import type { SeenOfKind } from "./seen.ts";

/**
 * Compare how the server planned plain statements before the change with how it does since, by the newest reading of
 * each. `isCompared`: true if it was planned for the role at both times.
 */
export function worsePlans(
  before: SeenOfKind,
  after: SeenOfKind,
): { causes: Cause[]; isCompared: (touched: Touched, role: string) => boolean } {
  const then = new Map(before.plans?.plans.map((one) => [planKey(one), one]));
  const now = after.plans?.plans.map((one) => [planKey(one), one] as const) ?? [];
  const causes: Cause[] = [];
  const compared = new Set<string>();
  for (const [key, one] of now) {
    const was = then.get(key);
    if (!was) continue;
    compared.add(key);
    const { relation, role, command } = one;
    if (was.indexed && !one.indexed) causes.push({ cause: "worse plan", how: "no index", relation, role, command });
    if (one.perRow > was.perRow)
      causes.push({ cause: "worse plan", how: "sub-plan for each row", relation, role, command });
  }
  return { causes, isCompared: (touched, role) => compared.has(planKey({ ...touched, role })) };
}

const planKey = ({ relation, role, command }: Touched & { role: string }): string =>
  JSON.stringify([relation, role, command]);
