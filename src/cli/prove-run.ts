import { checkProperties, openSide, proveSides } from "../pipeline/side.ts";
import type { CompareOptions } from "../prove/index.ts";
import { propertiesMarkdown, renderProperties } from "../report/properties.ts";
import { comparisonMarkdown, renderComparison } from "../report/verdicts.ts";
import { exitOfComparison, exitOfProperties, printAs, sideOptions, type ProveFlags } from "./prove-options.ts";

/** Check the properties of `--never` on one side; the exit code. */
export async function never(named: string, flags: ProveFlags, limits: CompareOptions): Promise<number> {
  const side = await openSide(named, sideOptions());
  try {
    const checked = await checkProperties(side, flags.never, flags.tenant, limits);
    printAs(
      flags.format,
      { side: side.name, properties: checked },
      () => propertiesMarkdown(checked),
      (colours) => renderProperties(checked, colours),
    );
    return exitOfProperties(checked);
  } finally {
    await side.close();
  }
}

/** Compare two sides; the exit code. */
export async function compare(
  before: string,
  after: string,
  flags: ProveFlags,
  limits: CompareOptions,
): Promise<number> {
  const first = await openSide(before, sideOptions());
  try {
    const second = await openSide(after, sideOptions());
    try {
      const proof = {
        before: first.name,
        after: second.name,
        ...(await proveSides(first, second, flags.assume, limits)),
      };
      printAs(
        flags.format,
        proof,
        () => comparisonMarkdown(proof),
        (colours) => renderComparison(proof, colours),
      );
      return exitOfComparison(proof);
    } finally {
      await second.close();
    }
  } finally {
    await first.close();
  }
}
