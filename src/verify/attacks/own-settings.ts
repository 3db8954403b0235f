import type { Member } from "../../fixtures/index.ts";
import { isSettable, type ContextMap } from "../../pg/context.ts";

/** The session variables of a member, with its values. */
export const ownSettings = ({ variables }: ContextMap, { values }: Member): Record<string, string> =>
  Object.fromEntries(
    variables.filter(isSettable).flatMap(({ setting }) => {
      const value = values[setting];
      return value === undefined ? [] : [[setting, value]];
    }),
  );
