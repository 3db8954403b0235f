import type { GuardContext, Outcome } from "./context.ts";
import { unchanged } from "./context.ts";
import type { GuardKind } from "./kind.ts";
import { cleanGuardTest } from "./kinds/guard-test.ts";
import { cleanInstructions } from "./kinds/instructions.ts";
import { cleanProgram } from "./kinds/js-file.ts";
import { cleanJson } from "./kinds/json-file.ts";
import { cleanLintConfig } from "./kinds/lint-config.ts";
import { cleanLintRule } from "./kinds/lint-rule.ts";
import { cleanCodeOwners, cleanMakefile } from "./kinds/makefile.ts";
import { cleanPython } from "./kinds/python-file.ts";
import { cleanShellFile } from "./kinds/shell-file.ts";
import { cleanYaml } from "./yaml/clean.ts";
import { GITHUB, GITLAB, LEFTHOOK, PRE_COMMIT } from "./yaml/kinds.ts";

type Clean = (path: string, text: string, context: GuardContext) => Outcome;

const CLEAN: Readonly<Record<GuardKind, Clean>> = {
  "git-hook": (path, text, context) =>
    /^#!.*\b(?:node|python)/.test(text)
      ? text.includes("python")
        ? cleanPython(text, context)
        : cleanProgram(`${path}.js`, text, context)
      : cleanShellFile(path, text, context),
  lefthook: (_, text, context) => cleanYaml(text, LEFTHOOK, context),
  "pre-commit": (_, text, context) => cleanYaml(text, PRE_COMMIT, context),
  workflow: (_, text, context) => cleanYaml(text, GITHUB, context),
  "gitlab-ci": (_, text, context) => cleanYaml(text, GITLAB, context),
  "package-json": cleanJson,
  "lint-staged": cleanJson,
  "shell-script": cleanShellFile,
  "python-script": (_, text, context) => cleanPython(text, context),
  program: cleanProgram,
  danger: cleanProgram,
  "lint-rule": cleanLintRule,
  "lint-config": (path, text, context) =>
    /rc(?:\.json)?$/.test(path) ? cleanJson(path, text, context) : cleanLintConfig(path, text, context),
  instructions: (_, text, context) => cleanInstructions(text, context),
  "guard-test": cleanGuardTest,
  makefile: (_, text, context) => cleanMakefile(text, context),
  "code-owners": (_, text, context) => cleanCodeOwners(text, context),
};

/** Take what guards the old pattern out of one file. */
export const cleanFile = (kind: GuardKind | null, path: string, text: string, context: GuardContext): Outcome =>
  kind === null ? unchanged(text) : CLEAN[kind](path, text, context);
