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
}

/** The part that follows, in the order of the page. */
const FOLLOWS: Readonly<Record<PartEnd["part"], string | null>> = { code: "--sql", guards: "--tests", tests: null };

/** The next command after a part of the clean-up; the empty text where nothing is left to do. */
export function partEnd({ part, files, written, left, mapped }: PartEnd): string {
  if (mapped === 0) return "next   the config maps no variable: `rlsmith init` finds those of the policies";
  const follows = FOLLOWS[part];
  const then = follows === null ? "" : `\`rlsmith cleanup ${follows}\``;
  const waiting = left === 0 ? "" : `; left to a person, above: ${left}`;
  if (files > 0 && !written)
    return `next   \`rlsmith cleanup --${part} --write\`, or \`rlsmith cleanup --${part} | git apply\`${waiting}`;
  if (files > 0) return `next   review the changes and commit them${then && `, then ${then}`}${waiting}`;
  if (left > 0) return `next   decide what is listed above${then && `, then ${then}`}`;
  return then && `next   ${then}`;
}
