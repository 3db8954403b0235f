import type { Kept } from "../../pipeline/report.ts";
import { missing } from "./missing.ts";
import type { Html } from "./template.ts";

/** Why a result is not shown. `what`: the run that makes it. */
export function keptNote(kept: Exclude<Kept<unknown>, { kind: "known" }>, what: string, command: string): Html {
  switch (kept.kind) {
    case "none":
      return missing(`No ${what} yet on this machine`, command);
    case "another plan":
      return missing(`The newest ${what}, of ${kept.at.slice(0, 10)}, is of another plan`, command);
    case "not that of the evidence":
      return missing(
        `What was kept of the ${what} of ${kept.at.slice(0, 10)} is not what the evidence counts, so it is not shown`,
        command,
      );
  }
}
