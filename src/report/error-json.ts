import type { ErrorCode, ToolErrorKind } from "../codes/index.ts";
import type { GroupsSoFar, ToolError } from "../errors.ts";

/**
 * A command that failed, with `--format json`. The object also holds what was found before the error, under the keys
 * of the command's own output: for instance `plan` where a plan has open decisions.
 */
export interface ErrorJson {
  format: "rlsmith-error";
  formatVersion: 1;
  error: {
    /** stable */
    code: ErrorCode;
    /** it decides the exit code */
    kind: ToolErrorKind;
    /** one line */
    message: string;
    /** the lines below the message, such as differences */
    list: string[];
    /** what to do next */
    hint: string;
    /** the page of the code, a path inside of the package */
    docs: string;
  };
  /** of an apply or a rollback that failed in a group: the groups that were committed, and those that were not */
  groups?: GroupsSoFar;
  [found: string]: unknown;
}

/** `clean` takes from a text what must not be printed. */
export const errorJson = (
  { code, kind, summary, list, hint, groups }: ToolError,
  clean: (text: string) => string,
): ErrorJson => ({
  format: "rlsmith-error",
  formatVersion: 1,
  error: {
    code,
    kind,
    message: clean(summary),
    list: list.map(clean),
    hint: clean(hint),
    docs: `docs/errors/${code}.md`,
  },
  ...(groups === null ? {} : { groups: cleaned(groups, clean) }),
});

const cleaned = ({ committed, notCommitted, notKnown }: GroupsSoFar, clean: (text: string) => string): GroupsSoFar => ({
  committed: committed.map(({ group, entries }) => ({ group: clean(group), entries })),
  notCommitted: notCommitted.map(clean),
  notKnown: notKnown.map(clean),
});
