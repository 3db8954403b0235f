import { isPlatformRelation } from "../../../pg/platform-objects.ts";
import { quoteIdent } from "../../../pg/identifier.ts";
import { nameKey, relationKey } from "../../../pg/name.ts";
import { DOORS, type TriggerName } from "../../matrix/index.ts";
import { on } from "../../attacks/index.ts";
import { addBreach } from "../record.ts";
import type { Run } from "../state.ts";

/** `pg_notify(channel, payload)`, up to the end of the statement. */
const NOTIFY = /\bpg_notify\s*\(\s*(?:'((?:[^']|'')+)')?([^;]*)/gi;
/** The row as a whole, or `new.column`. */
const WHOLE = /\b(?:row_to_json|to_jsonb?|hstore)\s*\(\s*(?:new|old)\s*\)|\b(?:new|old)\s*(?:\.\s*\*|::)/i;
const COLUMN = /\b(?:new|old)\s*\.\s*"?(\w+)"?/gi;

/**
 * Triggers that send rows to a channel. NOTIFY and LISTEN have no privileges (manual, "LISTEN"), so every session that
 * can run SQL receives them; a notification is only sent at COMMIT, so this is read from the function, and not tried.
 * A payload of keys alone tells that a row was written.
 */
export async function broadcasts(run: Run): Promise<void> {
  const { catalog, targets } = run.environment;
  const [actor] = run.actors.filter(({ class: cls }) => cls === "member");
  if (!actor) return;
  for (const trigger of catalog.triggers) {
    const target = targets.get(relationKey(trigger));
    if (!trigger.enabled || isPlatformRelation(catalog, trigger) || target?.own == null) continue;
    const fn = catalog.functions.find((one) => nameKey(one) === nameKey(trigger.function));
    for (const [, channel, rest = ""] of fn?.body.matchAll(NOTIFY) ?? []) {
      const named = [...rest.matchAll(COLUMN)].map(([, column = ""]) => column);
      const tells = named.some((column) => !target.primaryKey.includes(column) && !(column in target.filled.context));
      if (!WHOLE.test(rest) && !tells) continue;
      const listened = quoteIdent((channel ?? "channel").replaceAll("''", "'"));
      addBreach(
        run,
        {
          door: "notify",
          kind: DOORS.notify.kind,
          object: { kind: "trigger", name: `${relationKey(trigger)} / ${trigger.name}` as TriggerName },
          message: `the trigger \`${trigger.name}\` of \`${relationKey(trigger)}\` sends rows to a channel, on which every session may listen`,
        },
        on(target, { command: "SELECT", attack: "listen", sql: `listen ${listened}`, probe: null }),
        actor,
      );
      break;
    }
  }
}
