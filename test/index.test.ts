import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "..");
const INDEX = join(ROOT, "src/index.ts");

/** A name that a module exports, and the module that it takes it from. */
interface Exported {
  /** as the other module has it */
  name: string;
  as: string;
  from: string;
}

/** What a module re-exports; the project writes one form only: `export { … } from "…"`. */
const reexports = (file: string): Exported[] =>
  [...readFileSync(file, "utf8").matchAll(/^export (?:type )?\{([^}]+)\} from "(\.[^"]+)";$/gm)].flatMap((match) =>
    (match[1] ?? "")
      .split(",")
      .map((part) => part.trim().replace(/^type /, ""))
      .filter((part) => part !== "")
      .map((part) => {
        const [name = "", as = name] = part.split(" as ");
        return { name, as, from: resolve(dirname(file), match[2] ?? "") };
      }),
  );

/** The docstring of an exported name: the comment that ends on the line above its declaration. Undefined: not declared; empty: no docstring. */
function docstring({ name, from }: Pick<Exported, "name" | "from">): string | undefined {
  const again = reexports(from).find(({ as }) => as === name);
  if (again) return docstring(again);
  const text = readFileSync(from, "utf8");
  const declared = new RegExp(`^export (?:async )?(?:function|const|interface|type|class) ${name}\\b`, "m").exec(text);
  if (!declared) return undefined;
  const above = text.slice(0, declared.index);
  return above.endsWith("*/\n") ? above.slice(above.lastIndexOf("/**")) : "";
}

const exported = reexports(INDEX);

test("every export is declared and has a docstring", () => {
  expect(exported.length).toBeGreaterThan(50);
  expect(exported.filter((one) => docstring(one) === undefined).map(({ as }) => as)).toEqual([]);
  expect(exported.filter((one) => docstring(one) === "").map(({ as }) => as)).toEqual([]);
});

test("the main functions have an example each", () => {
  const main =
    "inspect classify plan prove provePlan rehearse verify claims apply rollback openSource approvePlan openTarget";
  const withExample = exported.filter((one) => docstring(one)?.includes("@example")).map(({ as }) => as);
  expect(withExample).toEqual(expect.arrayContaining(main.split(" ")));
});

test("the examples are programs: the compiler takes each of them", async () => {
  const folder = join(ROOT, ".cache/examples", String(process.pid));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const names: string[] = [];
  for (const one of exported) {
    const example = /@example\n \* ```ts\n([\s\S]*?)\n \* ```/.exec(docstring(one) ?? "")?.[1];
    if (example === undefined) continue;
    writeFileSync(join(folder, `${one.as}.ts`), `${example.replaceAll(/^ \* ?/gm, "")}\n`);
    names.push(one.as);
  }
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({
      extends: join(ROOT, "tsconfig.json"),
      compilerOptions: { noUnusedLocals: true, paths: { rlsmith: [INDEX] } },
      include: ["*.ts"],
    }),
  );
  const tsc = join(ROOT, "node_modules/.bin/tsc");
  const run = await promisify(execFile)(tsc, ["-p", folder], { cwd: ROOT }).catch((error: unknown) => error);
  expect(run).toMatchObject({ stdout: "" });
  expect(names).toHaveLength(exported.filter((one) => docstring(one)?.includes("@example")).length);
  rmSync(folder, { recursive: true, force: true });
});
