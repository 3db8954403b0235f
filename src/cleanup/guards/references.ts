import type { GuardContext } from "./context.ts";

/** What is taken out, as far as others may name it. */
export type Gone = Pick<GuardContext, "files" | "scripts" | "targets" | "rules">;

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** The file that goes which a word names, by its whole path or by its name in the same folder; null: none. */
export function fileNamed(word: string, { files }: Pick<Gone, "files">, folder = ""): string | null {
  const plain = word.replace(/^\.\//, "");
  return (
    [...files].find((file) => {
      if (plain === file || new RegExp(String.raw`(?:^|[/}"')])${escaped(file)}$`).test(plain)) return true;
      const name = file.slice(file.lastIndexOf("/") + 1);
      const beside = folder === "" ? name : `${folder}/${name}`;
      return (
        beside === file &&
        (word === `./${name}` || new RegExp(String.raw`^(?:\$|"?\$\().*\/${escaped(name)}$`).test(plain))
      );
    }) ?? null
  );
}

/** The first file that goes which a text names by its whole path. */
export const fileInText = (text: string, { files }: Pick<Gone, "files">): { file: string; at: number } | null => {
  for (const file of files) {
    const found = new RegExp(String.raw`(?<![\w.-])${escaped(file)}(?![\w-])`).exec(text);
    if (found) return { file, at: found.index };
  }
  return null;
};

const INTERPRETERS = new Set(
  "bash sh zsh dash node python python3 tsx jiti npx bun bunx deno exec source . env time sudo ts-node xargs command".split(
    " ",
  ),
);

/** How a command of words concerns what goes: it runs nothing else, or names it among other things. */
export function concernOf(words: readonly string[], gone: Gone, folder = ""): "runs" | "names" | null {
  const rest = [...words];
  while (rest[0] !== undefined && /^(?:exec|time|command|sudo)$/.test(rest[0])) rest.shift();
  const [name = "", ...args] = rest;
  const script = scriptsRun(rest);
  if (script.length > 0) {
    const hit = script.filter((one) => gone.scripts.has(one));
    return hit.length === 0 ? null : hit.length === script.length ? "runs" : "names";
  }
  if (/^g?make$/.test(name)) {
    const targets = args.filter((one) => !one.startsWith("-") && !one.includes("="));
    const hit = targets.filter((one) => gone.targets.has(one));
    return hit.length === 0 ? null : hit.length === targets.length ? "runs" : "names";
  }
  if (fileNamed(name, gone, folder) !== null) return "runs";
  const hit = args.filter((one) => fileNamed(one, gone, folder) !== null);
  if (hit.length === 0) return null;
  // `[ -x scripts/scan.sh ] && …`
  if (INTERPRETERS.has(name) || /^(?:\[\[?|test)$/.test(name)) return "runs";
  const others = args.filter((one) => !/^[-+]|^\d+$|^[ugoa]*[+=-][rwx]+$/.test(one) && !hit.includes(one));
  return others.length === 0 ? "runs" : "names";
}

/** What runs the checks that a configuration names for files that are to be committed. */
export const LINT_STAGED = "lint-staged";

/** The scripts of package.json that a command runs; `lint-staged`, which runs those of its configuration, is one. */
export function scriptsRun(words: readonly string[]): string[] {
  const [name = "", ...args] = words.filter((one) => !one.startsWith("-") || one === "--");
  const runner = /^(?:npx|bunx)$/.test(name)
    ? args[0]
    : /^(?:npm|pnpm|yarn)$/.test(name) && args[0] === "exec"
      ? args[1]
      : name;
  if (runner === LINT_STAGED) return [LINT_STAGED];
  const own = args.slice(0, args.includes("--") ? args.indexOf("--") : args.length);
  if (/^(?:npm|pnpm|yarn|bun)$/.test(name)) {
    if (own[0] === "run" || own[0] === "run-script") return own.slice(1, 2);
    return name !== "npm" || own[0] === "test" ? own.slice(0, 1) : [];
  }
  return /^(?:npm-run-all\d?|run-[sp]\d?)$/.test(name) ? own : [];
}
