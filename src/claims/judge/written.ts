import { finding, type Finding } from "../../finding.ts";
import type { ClaimsFacts } from "../report.ts";

/** Functions that assign app_metadata whole. */
export const overwriterFindings = ({ overwriters }: ClaimsFacts): Finding[] =>
  overwriters.map(({ schema, name, identityArguments }) =>
    finding(
      "sync-overwrites-others",
      "error",
      { kind: "function", schema, name, identityArguments },
      "it replaces all of raw_app_meta_data: `provider`, `providers` and every key that others keep there are lost",
      "add its keys to what is there: coalesce(raw_app_meta_data, '{}') || jsonb_build_object(…)",
    ),
  );

/** Hooks that write a claim to another place of the token than the one that is read. */
export function misplaced(facts: ClaimsFacts, read: readonly string[][]): { found: Finding[]; paths: string[][] } {
  const paths: string[][] = [];
  const found = facts.hooks.flatMap(({ hook }) => {
    const pairs = read.flatMap((path) => {
      const set = hook.sets.find((one) => one.at(-1) === path.at(-1));
      return set === undefined ? [] : [{ path, set }];
    });
    if (pairs.length === 0) return [];
    paths.push(...pairs.map(({ path }) => path));
    const { schema, name, identityArguments } = hook.fn;
    return [
      finding(
        "claim-path-mismatch",
        "error",
        { kind: "function", schema, name, identityArguments },
        `the hook writes ${pairs.map(({ set, path }) => `\`${set.join(".")}\`, and policies or functions read \`${path.join(".")}\``).join("; ")}: they find no value there`,
        "write the claim where it is read, or correct the path in the policies",
      ),
    ];
  });
  return { found, paths };
}
