import { isTestFile, lineAt } from "../code/index.ts";
import type { Outcome } from "./context.ts";
import { retiredIn, type GuardNames } from "./names.ts";
import { scriptsOf } from "./package-scripts.ts";
import type { File } from "./settle.ts";

/** Scripts that run test files of which most name what is retired. */
export function testRuns(
  text: string,
  files: readonly File[],
  outcomes: ReadonlyMap<string, Outcome>,
  names: GuardNames,
): { line: number; what: string }[] {
  return scriptsOf(text).flatMap(([name, value]) => {
    const runs = value.split(/\s+/).flatMap((word) => {
      const path = word.replace(/^\.\//, "").replace(/\/$/, "");
      if (!path.includes("/")) return [];
      const own = files.filter(
        (file) =>
          isTestFile(file.path) &&
          outcomes.get(file.path)?.after !== null &&
          (file.path === path || file.path.startsWith(`${path}/`)),
      );
      const named = own.filter((file) => retiredIn(file.text, names) !== null);
      return own.length > 0 && named.length * 2 >= own.length ? [path] : [];
    });
    const at = text.indexOf(JSON.stringify(name));
    return runs.length === 0 || at === -1 ? [] : [{ line: lineAt(text, at), what: `${name}: ${value}` }];
  });
}
