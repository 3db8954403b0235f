import { parseSync, type Comment, type Program } from "oxc-parser";
import { childrenOf, type Node } from "./node.ts";
import { scopesOf, type Scopes } from "./scope.ts";

/** A file of the project: its path relative to the project, with `/`. */
export interface SourceFile {
  path: string;
  text: string;
}

/** A file that was parsed. */
export interface Module extends SourceFile, Scopes {
  program: Program;
  comments: readonly Comment[];
  parents: ReadonlyMap<Node, Node>;
  /** every node, parents first */
  nodes: readonly Node[];
}

const LANGUAGES: Readonly<Record<string, "ts" | "tsx" | "jsx">> = { ts: "ts", mts: "ts", cts: "ts", tsx: "tsx" };

/** Parse a file. Null: it is not valid TypeScript or JavaScript. Offsets are those of the text, in UTF-16 units. */
export function parseModule({ path, text }: SourceFile): Module | null {
  const lang = /\.d\.[mc]?ts$/.test(path) ? "dts" : (LANGUAGES[/\.(\w+)$/.exec(path)?.[1] ?? ""] ?? "jsx");
  const { program, comments, errors } = parseSync(path, text, { lang, preserveParens: false });
  if (errors.some(({ severity }) => (severity as string) === "Error")) return null;
  const parents = new Map<Node, Node>();
  const nodes: Node[] = [];
  const visit = (node: Node): void => {
    nodes.push(node);
    for (const child of childrenOf(node)) {
      parents.set(child, node);
      visit(child);
    }
  };
  visit(program);
  return { path, text, program, comments, parents, nodes, ...scopesOf(path, program, parents) };
}

/** The line of an offset, from 1. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) line += 1;
  return line;
}
