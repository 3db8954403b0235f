import { isTestFile } from "./draft.ts";

/** What a file is for: lines that go are counted by it. */
export type FileKind = "service" | "test" | "script";

export function kindOf(path: string): FileKind {
  if (isTestFile(path)) return "test";
  return /(?:^|\/)(?:scripts?|bin|tools|eslint-rules|\.husky|\.github)\/|\.sh$/.test(path) ? "script" : "service";
}
