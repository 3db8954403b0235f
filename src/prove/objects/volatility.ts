import { functionKey } from "../../pg/name.ts";
import type { ObjectChange } from "./change.ts";
import { calledBy } from "./called.ts";
import { reachedBy } from "./reached.ts";
import { matched, type Worlds } from "./world.ts";

/**
 * Functions that policies call and that read rows: a VOLATILE one sees those that its statement has written, others do
 * not (manual, Function Volatility Categories). Verdicts are about one row and the state before it.
 */
export function compareVolatility({ before, after }: Worlds): ObjectChange[] {
  const inPolicies = new Set(
    after.catalog.policies.flatMap(({ using, check }) =>
      [using, check].flatMap((text) =>
        text === null ? [] : calledBy(after, text).flatMap(({ reached }) => [...reached.functions]),
      ),
    ),
  );
  return matched(before.catalog.functions, after.catalog.functions, functionKey).both.flatMap(
    ({ was, is }): ObjectChange[] => {
      const isOtherwise = (was.volatility === "volatile") !== (is.volatility === "volatile");
      if (!isOtherwise || !inPolicies.has(functionKey(is))) return [];
      const { leaves, unfollowed } = reachedBy(after, { kind: "function", fn: is });
      if (leaves.size === 0 && !unfollowed) return [];
      return [
        {
          effect: "cannot be told",
          kind: "function",
          name: functionKey(is),
          roles: [],
          why: { kind: "sees other rows", volatility: is.volatility.toUpperCase() },
        },
      ];
    },
  );
}
