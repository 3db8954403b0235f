import type { IsolationTests } from "./isolation-tests.ts";
import { ownWordsOf, withOwnWords, type OwnWords } from "./own-words.ts";
import { shorten } from "./short.ts";

/** The tests as a file has them: with short names and keys, and with what the personas have in common written once. */
export function printed(tests: IsolationTests): { tests: IsolationTests; words: OwnWords } {
  const short = shorten(tests);
  const words = ownWordsOf(
    short.personas,
    short.checks.map(({ sql }) => sql),
  );
  const checks = withOwnWords(short.checks, words);
  const isUsed = ([name]: [string, string]): boolean => checks.some(({ sql }) => sql.includes(`{${name}}`));
  const used = [...words].map(([name, own]) => [name, Object.fromEntries(Object.entries(own).filter(isUsed))] as const);
  return { tests: { ...short, checks }, words: new Map(used) };
}
