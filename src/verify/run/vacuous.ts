import { isSettable } from "../../pg/context.ts";
import { quoteLiteral } from "../../pg/identifier.ts";
import type { Attempt } from "../matrix/index.ts";
import { keys } from "../attacks/index.ts";
import { runAttempts } from "../matrix/index.ts";
import type { Run } from "./state.ts";

/**
 * The finding that no member sees a row of its own tenant in any relation, with correct claims and variables: then
 * policies require values that the rows do not have, and unreachable foreign rows prove little. Null: some member sees
 * a row, or no member could.
 */
export async function vacuous(run: Run): Promise<string | null> {
  const { environment } = run;
  const looks = [...environment.targets.values()].flatMap((target): Attempt[] => {
    const { name, sql, own, rowSecurity, ownKeys } = target;
    return own === null || !rowSecurity || ownKeys.size === 0
      ? []
      : [
          {
            relation: name,
            through: { kind: "table", name },
            command: "SELECT",
            form: { kind: "other" },
            attack: "own rows",
            sql: keys(target, `${sql} t where ${own} limit 1`),
            answer: "keys",
            probe: null,
            judge: { kind: "control" },
          },
        ];
  });
  const members = run.actors.filter((actor) => actor.class === "member");
  if (looks.length === 0 || members.length === 0) return null;
  const settable = environment.context.variables.filter(isSettable);
  for (const { role, claims, member } of members) {
    const prelude = settable.flatMap(({ setting }) => {
      const value = member?.values[setting];
      return value === undefined ? [] : [`select set_config(${quoteLiteral(setting)}, ${quoteLiteral(value)}, true)`];
    });
    const batch = { role, claims, setup: [], prelude, preludeWrites: false, attempts: looks };
    const answers = await environment.transaction(async () => runAttempts(environment.db, batch, run.probes));
    if (
      answers.some((answer) => answer.kind === "answer" && answer.said.kind === "keys" && answer.said.keys.length > 0)
    )
      return null;
  }
  return "no member reaches a row of his own tenant in any relation: policies ask for something that neither rows nor tokens here have, so that the rest was held says little";
}
