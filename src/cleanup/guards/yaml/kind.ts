import type { GuardContext } from "../context.ts";
import type { CleanShell } from "../shell/clean.ts";
import type { YamlNode } from "./tree.ts";

/** A place of a YAML file that holds commands. */
export interface CommandPlace {
  node: YamlNode;
  /** what goes with them: a step, a hook, a command, an item */
  unit: YamlNode;
  /** the verdict where the commands are no shell: a pattern, for one */
  judged?: { fate: "cut" | "keep"; checks: CleanShell["checks"] } | undefined;
}

/** A kind of YAML file. */
export interface YamlKind {
  places(tree: readonly YamlNode[], context: GuardContext): CommandPlace[];
  /** nodes that go because of what went below them */
  cascade(tree: readonly YamlNode[], isGone: (node: YamlNode) => boolean): YamlNode[];
  /** true if a node may not go although nothing is left of it */
  keeps(node: YamlNode, tree: readonly YamlNode[], text: string): boolean;
}
