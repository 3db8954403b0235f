import type { Config } from "../../config.ts";
import { matchesName } from "../../pg/name-pattern.ts";

type Command = "SELECT" | "INSERT" | "UPDATE" | "DELETE" | "MERGE" | "TRUNCATE" | "CALL";

/** True if the config declares the access as intended, so that it is no finding. */
export type IsDeclared = (object: string, door: string, commands: readonly Command[]) => boolean;

const READS: readonly Command[] = ["SELECT", "CALL"];

/**
 * The access that the config declares for `rlsmith verify`: every user may read a `shared` relation, and `expected`
 * names an object, a class of breach and commands. An entry for some personas only declares nothing here.
 */
export const declaredIn =
  (verify: Config["verify"] | undefined): IsDeclared =>
  (object, door, commands) => {
    const isRead = commands.every((command) => READS.includes(command));
    if (isRead && Object.keys(verify?.shared ?? {}).some((pattern) => matchesName(pattern, object))) return true;
    return (verify?.expected ?? []).some(
      (entry) =>
        matchesName(entry.object, object) &&
        (entry.door === undefined || entry.door === door) &&
        entry.personas === undefined &&
        (entry.commands
          ? commands.every((command) => entry.commands?.includes(command))
          : isRead || entry.door === "truncate"),
    );
  };
