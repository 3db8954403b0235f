import { isTestFile } from "../code/index.ts";
import { isLintRule } from "./kinds/lint-rule.ts";

/** A kind of file that may guard a pattern. */
export type GuardKind =
  | "git-hook"
  | "lefthook"
  | "pre-commit"
  | "workflow"
  | "gitlab-ci"
  | "package-json"
  | "lint-staged"
  | "shell-script"
  | "python-script"
  | "program"
  | "danger"
  | "lint-rule"
  | "lint-config"
  | "instructions"
  | "guard-test"
  | "makefile"
  | "code-owners";

const BY_PATH: readonly (readonly [RegExp, GuardKind])[] = [
  [
    /(?:^|\/)\.husky\/(?!_\/)[\w-]+$|(?:^|\/)\.(?:git-?)?hooks\/[\w-]+(?:\.sh)?$|(?:^|\/)githooks\/[\w-]+$|(?:^|\/)\.lefthook(?:-local)?\/.+$/,
    "git-hook",
  ],
  [/(?:^|\/)\.?lefthook(?:-local)?\.ya?ml$/, "lefthook"],
  [/(?:^|\/)\.pre-commit-(?:config|hooks)\.ya?ml$/, "pre-commit"],
  [/(?:^|\/)\.github\/workflows\/[^/]+\.ya?ml$|(?:^|\/)action\.ya?ml$/, "workflow"],
  [/(?:^|\/)\.gitlab-ci\.ya?ml$|(?:^|\/)\.gitlab\/.+\.ya?ml$/, "gitlab-ci"],
  [/(?:^|\/)package\.json$/, "package-json"],
  [/(?:^|\/)\.lintstagedrc(?:\.json)?$/, "lint-staged"],
  [
    /(?:^|\/)(?:AGENTS|CLAUDE|GEMINI|copilot-instructions)(?:\.local)?\.md$|(?:^|\/)\.cursor(?:\/rules\/.+|rules)$|(?:^|\/)\.windsurf(?:\/rules\/.+|rules)$|(?:^|\/)\.clinerules(?:\/.+)?$|(?:^|\/)\.github\/(?:instructions|prompts|chatmodes)\/.+\.md$|(?:^|\/)\.(?:claude|gemini|aider|continue|roo|junie|kiro)\/.+\.mdc?$/,
    "instructions",
  ],
  [/(?:^|\/)CODEOWNERS$/, "code-owners"],
  [/(?:^|\/)(?:GNU)?[Mm]akefile$|\.mk$/, "makefile"],
  [/(?:^|\/)dangerfile\.[mc]?[jt]s$/i, "danger"],
  [
    /(?:^|\/)(?:eslint\.config\.[mc]?[jt]s|\.eslintrc(?:\.(?:c?js|json))?|\.?oxlintrc\.json|oxlint\.config\.[mc]?[jt]s)$/,
    "lint-config",
  ],
];

/** The kind of a file by its path, and where that does not tell it, by its text. */
export function kindOf(path: string, text: string): GuardKind | null {
  const known = BY_PATH.find(([pattern]) => pattern.test(path));
  if (known) return known[1];
  if (/\.(?:ba|z|k)?sh$/.test(path) || /^#!.*\b(?:ba|da|z|k)?sh\b/.test(text)) return "shell-script";
  if (path.endsWith(".py") || /^#!.*\bpython/.test(text)) return "python-script";
  if (!/\.[mc]?[jt]sx?$/.test(path) || /\.d\.[mc]?ts$/.test(path)) return null;
  if (isTestFile(path)) return "guard-test";
  if (isLintRule(text)) return "lint-rule";
  if (/(?:^|\/)eslint[\w-]*\//.test(path)) return "lint-config";
  const isScript = /^#!|(?:^|\/)(?:scripts?|tools?|tooling|bin|ci|\.ci|\.github)\//.test(
    text.startsWith("#!") ? "#!" : path,
  );
  return isScript ? "program" : null;
}
