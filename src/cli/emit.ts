import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { CompareOptions, Query } from "../prove/index.ts";
import { nameKey } from "../pg/name.ts";
import { smt2 } from "../prove/index.ts";

/** With a folder: each query to the solver is written to a file of its own there, numbered in order. */
export function queryFiles(folder: string | undefined): Pick<CompareOptions, "onQuery"> {
  if (folder === undefined) return {};
  const dir = resolve(folder);
  mkdirSync(dir, { recursive: true });
  let count = 0;
  const onQuery = (query: Query): void => {
    count += 1;
    const { relation, component, role, change } = query;
    const name = [String(count).padStart(6, "0"), relation.schema, relation.name, component, role, change ?? "any"]
      .map((part) => part.replaceAll(/[^\w]+/g, "-"))
      .join("_");
    writeFileSync(join(dir, `${name}.smt2`), smt2({ ...query, title: titleOf(query) }));
  };
  return { onQuery };
}

const titleOf = ({ relation, component, role, assumption, change }: Query): string[] => [
  `rlsmith: ${nameKey(relation)}, ${component}, as ${role}`,
  ...(assumption === "" ? [] : [`assumed: ${assumption}`]),
  change === null ? "asked: is this state possible?" : `asked: is there a row that is ${WORDS[change] ?? change}?`,
];

const WORDS: Partial<Record<string, string>> = {
  lost: "allowed before and denied after",
  gained: "denied before and allowed after",
};
