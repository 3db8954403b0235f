import { identForReading } from "../../pg/identifier.ts";
import { relationKey, nameKey } from "../../pg/name.ts";
import { commandOf } from "../component.ts";
import type { UnknownReason, Verdict } from "../verdict.ts";
import type { Site } from "./site.ts";

/** The reason with the policy that its expression stands in, where that is one alone. */
export function located(
  reason: UnknownReason,
  { relation, component }: Verdict,
  sites: readonly [Site, Site],
): UnknownReason {
  const { expression, at } = reason;
  if (at !== null || expression === null) return reason;
  const command = commandOf(component);
  const policies = sites.flatMap(({ catalog }) =>
    catalog.policies.filter(
      (policy) => relationKey(policy) === nameKey(relation) && (policy.command === "ALL" || policy.command === command),
    ),
  );
  const holding = policies.filter(({ using, check }) =>
    [using, check].some((text) => text !== null && bare(text).includes(bare(expression))),
  );
  const names = new Set((holding.length > 0 ? holding : policies).map(({ name }) => name));
  const [name] = names;
  return name === undefined || names.size > 1 ? reason : { ...reason, at: `policy ${identForReading(name)}` };
}

/** Without what PostgreSQL adds when it prints. */
const bare = (text: string): string => text.replaceAll(/::[\w ."]+|[\s()]/g, "").toLowerCase();
