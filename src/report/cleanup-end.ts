import type { CleanupPart } from "../pipeline/cleanup-left.ts";

/** What a part of the clean-up of files has come to. */
export interface PartEnd {
  part: "code" | "guards" | "tests";
  /** the number of files that change */
  files: number;
  written: boolean;
  /** the number of places that are left to a person */
  left: number;
  /** the number of variables that the config maps */
  mapped: number;
  /** the part that has something to do; null: no other one finds anything. Not looked for while a patch is not applied */
  next: CleanupPart | null;
}

/** The next command after a part of the clean-up. */
export function partEnd({ part, files, written, left, mapped, next }: PartEnd): string {
  if (mapped === 0) return "next   the config maps no variable: `rlsmith init` finds those of the policies";
  if (files > 0 && !written)
    return `next   \`rlsmith cleanup --${part} --write\`, or \`rlsmith cleanup --${part} | git apply\`${left === 0 ? "" : `; left to a person, above: ${left}`}`;
  const steps = [
    ...(files > 0 ? ["review the changes and commit them"] : []),
    ...(left > 0 ? ["decide what is listed above"] : []),
    ...(next === null ? [] : [`\`rlsmith cleanup --${next}\``]),
  ];
  return steps.length > 0 ? `next   ${steps.join(", then ")}${next === null ? NOTHING_ELSE : ""}` : NOTHING_LEFT;
}

const NOTHING_ELSE = "; the other parts of the clean-up find nothing more";

/** No part of the clean-up finds anything. */
export const NOTHING_LEFT = "nothing is left to clean up: no part finds anything more";
