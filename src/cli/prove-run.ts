import { statSync } from "node:fs";
import { checkProperties, openSide, openSides, proveSides, type Side } from "../pipeline/side.ts";
import { platformOfSource } from "../pipeline/source.ts";
import type { CompareOptions } from "../prove/index.ts";
import { propertiesMarkdown, renderProperties } from "../report/properties.ts";
import { comparisonMarkdown, renderComparison } from "../report/verdicts.ts";
import type { Platform } from "../scratch/index.ts";
import { exitOfComparison, exitOfProperties, printAs, sideOptions, type ProveFlags } from "./prove-options.ts";

/** Null for a catalog that was read from a file or from a live database. */
const platformOfSide = ({ source }: Side): Platform | null => (source === null ? null : platformOfSource(source));

/** Check the properties of `--never` on one side. Returns the exit code. */
export async function never(named: string, flags: ProveFlags, limits: CompareOptions): Promise<number> {
  const side = await openSide(named, { ...sideOptions(), bindOwner: isFiles(named) });
  try {
    const checked = await checkProperties(side, flags.never, flags.tenant, limits);
    printAs(
      flags.format,
      {
        format: "rlsmith-properties",
        formatVersion: 1,
        side: side.name,
        properties: checked,
        platform: platformOfSide(side),
      },
      () => propertiesMarkdown(checked),
      (colours) => renderProperties(checked, colours),
    );
    return exitOfProperties(checked);
  } finally {
    await side.close();
  }
}

const isFiles = (named: string): boolean =>
  named.startsWith("git:") || statSync(named, { throwIfNoEntry: false })?.isDirectory() === true;

/** Compare two sides. Returns the exit code. */
export async function compare(
  before: string,
  after: string,
  flags: ProveFlags,
  limits: CompareOptions,
): Promise<number> {
  // the owner of a live database is whoever it is
  const options = { ...sideOptions(), bindOwner: isFiles(before) && isFiles(after) };
  const { first, second, close } = await openSides(before, after, options);
  try {
    const proof = {
      before: first.name,
      after: second.name,
      ...(await proveSides(first, second, flags.assume, limits)),
    };
    printAs(
      flags.format,
      {
        format: "rlsmith-prove",
        formatVersion: 1,
        ...proof,
        platform: { before: platformOfSide(first), after: platformOfSide(second) },
      },
      () => comparisonMarkdown(proof),
      (colours) => renderComparison(proof, colours),
    );
    return exitOfComparison(proof);
  } finally {
    await close();
  }
}
