import { verdictOf, type Check } from "../check.ts";
import type { GuardContext } from "../context.ts";
import { classOf, patternOf } from "../pattern.ts";
import { fileNamed } from "../references.ts";
import { cleanShell } from "../shell/clean.ts";
import type { CommandPlace, YamlKind } from "./kind.ts";
import { valueOf, type YamlNode } from "./tree.ts";

function* below(
  nodes: readonly YamlNode[],
  parent: YamlNode | null = null,
): Generator<{ node: YamlNode; parent: YamlNode | null }> {
  for (const node of nodes) {
    yield { node, parent };
    yield* below(node.children, node);
  }
}

const all = (nodes: readonly YamlNode[]): YamlNode[] => [...below(nodes)].map(({ node }) => node);

/** Steps that only make ready what others use. */
const PREPARES_USES =
  /^(?:actions\/(?:checkout|setup-[\w-]+|cache)|pnpm\/action-setup|oven-sh\/setup-bun|supabase\/setup-cli)(?:@|$)/;
const PREPARES_RUN =
  /^\s*(?:(?:npm\s+(?:ci|install)|pnpm\s+(?:i|install)|yarn(?: install)?|bun\s+install|corepack\s+enable|npm\s+i)(?:\s+-[\w=-]+)*\s*)+$/;

const isPreparing = (step: YamlNode): boolean =>
  PREPARES_USES.test(valueOf(step.children, "uses")?.scalar ?? "") ||
  PREPARES_RUN.test(valueOf(step.children, "run")?.scalar ?? "");

/** Workflows and composite actions of GitHub. */
export const GITHUB: YamlKind = {
  places: (tree, context) =>
    [...below(tree)].flatMap(({ node, parent }): CommandPlace[] => {
      if (parent?.key !== null || !parent) return [];
      if (node.key === "run") return [{ node, unit: parent }];
      const action =
        node.key === "uses" && node.scalar?.startsWith("./") ? node.scalar.slice(2).replace(/\/$/, "") : null;
      const isGone =
        action !== null && [...context.files].some((file) => new RegExp(`^${action}/action\\.ya?ml$`).test(file));
      return isGone ? [{ node, unit: parent, judged: { fate: "cut", checks: [] } }] : [];
    }),
  cascade: (tree, isGone) => {
    const jobs = valueOf(tree, "jobs")?.children ?? [];
    const empty = jobs.filter(({ children }) => hasLost(valueOf(children, "steps"), isGone));
    const isAll = jobs.length > 0 && jobs.every((one) => isGone(one) || empty.includes(one));
    const action = hasLost(valueOf(valueOf(tree, "runs")?.children ?? [], "steps"), isGone);
    return [...empty, ...(isAll || action ? tree : [])];
  },
  keeps: (node, tree, text) => {
    const id = valueOf(node.children, "id")?.scalar;
    if (id && new RegExp(String.raw`steps\.${id.replaceAll(/\W/g, String.raw`\$&`)}\b`).test(text)) return true;
    const jobs = valueOf(tree, "jobs")?.children ?? [];
    return jobs.includes(node) && isNeeded(node, jobs);
  },
};

const hasLost = (steps: YamlNode | undefined, isGone: (node: YamlNode) => boolean): boolean =>
  steps !== undefined &&
  steps.children.some(isGone) &&
  steps.children.every((step) => isGone(step) || isPreparing(step));

/** Another job waits for this one. */
const isNeeded = (job: YamlNode, jobs: readonly YamlNode[]): boolean =>
  jobs.some((other) => {
    if (other === job) return false;
    return ["needs", "dependencies", "extends"].some((key) => {
      const node = valueOf(other.children, key);
      return (
        node !== undefined && all([node]).some(({ scalar, flow }) => scalar === job.key || flow.includes(job.key ?? ""))
      );
    });
  });

/** GitLab CI. */
export const GITLAB: YamlKind = {
  places: (tree) =>
    [...below(tree)].flatMap(({ node }): CommandPlace[] =>
      /^(?:before_script|script|after_script)$/.test(node.key ?? "")
        ? node.children.length > 0
          ? node.children.filter(({ key }) => key === null).map((item) => ({ node: item, unit: item }))
          : [{ node, unit: node }]
        : [],
    ),
  cascade: (tree, isGone) =>
    tree.filter(({ children }) => {
      const script = valueOf(children, "script");
      return script !== undefined && (isGone(script) || (script.children.length > 0 && script.children.every(isGone)));
    }),
  keeps: (node, tree) => tree.includes(node) && isNeeded(node, tree),
};

/** lefthook. */
export const LEFTHOOK: YamlKind = {
  places: (tree, context) =>
    [...below(tree)].flatMap(({ node, parent }): CommandPlace[] => {
      if (node.key === "run" && parent) return [{ node, unit: parent }];
      // `scripts:` names files in `.lefthook/<hook>/`
      const isScript =
        parent?.key === "scripts" &&
        [...context.files].some((file) => /^\.?lefthook(?:-local)?\//.test(file) && file.endsWith(`/${node.key}`));
      return isScript ? [{ node: { ...node, scalar: node.key }, unit: node, judged: { fate: "cut", checks: [] } }] : [];
    }),
  cascade: (tree, isGone) =>
    all(tree)
      .filter(({ key, children }) => key !== null && children.length > 0 && children.every(isGone))
      .concat(
        tree.filter(({ children }) => {
          const groups = children.filter(({ key }) => /^(?:commands|jobs|scripts)$/.test(key ?? ""));
          return (
            groups.length > 0 &&
            groups.every(isGone) &&
            children.every((one) => groups.includes(one) || /^(?:parallel|piped|follow)$/.test(one.key ?? ""))
          );
        }),
      ),
  keeps: () => false,
};

/** The configuration of pre-commit. */
export const PRE_COMMIT: YamlKind = {
  places: (tree, context) =>
    [...below(tree)].flatMap(({ node, parent }): CommandPlace[] => {
      if (node.key !== "entry" || !parent) return [];
      const language = valueOf(parent.children, "language")?.scalar;
      return [
        {
          node,
          unit: parent,
          judged: language === "pygrep" ? pygrep(node, parent, context) : withArguments(node, parent, context),
        },
      ];
    }),
  cascade: (tree, isGone) => {
    const repos = valueOf(tree, "repos");
    const empty = (repos?.children ?? []).filter(({ children }) => {
      const hooks = valueOf(children, "hooks");
      return hooks !== undefined && hooks.children.length > 0 && hooks.children.every(isGone);
    });
    const isAll =
      repos !== undefined &&
      repos.children.length > 0 &&
      repos.children.every((one) => isGone(one) || empty.includes(one));
    return [...empty, ...(isAll ? tree : [])];
  },
  keeps: () => false,
};

const argumentsOf = (hook: YamlNode): string[] => {
  const node = valueOf(hook.children, "args");
  return node === undefined
    ? []
    : node.scalarAt?.style === "flow"
      ? node.flow
      : [...node.children.map(({ scalar }) => scalar ?? ""), ...(node.scalar ?? "").split(/\s+/)].filter(
          (one) => one !== "",
        );
};

/** A hook that is a pattern: it fails where the pattern is found, or with `--negate` where it is not. */
function pygrep(entry: YamlNode, hook: YamlNode, { names, forms }: GuardContext): CommandPlace["judged"] {
  const flags = argumentsOf(hook);
  const pattern = patternOf(
    entry.scalar ?? "",
    "extended",
    flags.includes("-i") || flags.includes("--ignore-case") ? "i" : "",
  );
  const negated = flags.includes("--negate");
  const check: Check = {
    at: entry.start,
    conditions: [{ pattern, class: classOf(pattern, names, forms), present: !negated }],
    certain: true,
    scope: negated ? "file" : "line",
  };
  const verdict = verdictOf(check);
  return verdict === "demands"
    ? { fate: "cut", checks: [check] }
    : verdict === "forbids"
      ? { fate: "keep", checks: [check] }
      : undefined;
}

/** `entry` with `args`: one command. */
function withArguments(entry: YamlNode, hook: YamlNode, context: GuardContext): CommandPlace["judged"] {
  const words = argumentsOf(hook);
  if (words.length === 0 || fileNamed(entry.scalar ?? "", context) !== null) return undefined;
  const command = [entry.scalar ?? "", ...words.map((one) => `'${one.replaceAll("'", String.raw`'\''`)}'`)].join(" ");
  const cleaned = cleanShell(command, context);
  return cleaned.after === null ? { fate: "cut", checks: cleaned.checks } : undefined;
}
