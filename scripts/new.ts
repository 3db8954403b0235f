/** `npm run new -- rewrite <id>`: a rule with its example and its place in the order, ready to be filled in. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";

const [kind, id] = process.argv.slice(2);

if (kind !== "rewrite" || id === undefined || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id)) {
  console.error("usage: npm run new -- rewrite <id>, where <id> is in kebab case: `drop-null-check`");
  process.exit(2);
}

const file = `src/rewrite/rules/${id}.ts`;
if (existsSync(file)) {
  console.error(`${file} exists already`);
  process.exit(2);
}
const name = id.replaceAll(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

writeFileSync(
  file,
  `import { transform } from "../../pg/expr/transform.ts";
import type { ExpressionRule } from "../rule.ts";

export const ${name}: ExpressionRule = {
  id: "${id}",
  title: "what it does, in a few words",
  why: "What is wrong with the expression as it is, and for whom.",
  obligation: "equivalent",
  // Each example is a test (test/rewrite/expression-rules.test.ts) and a line of docs/rules/${id}.md.
  examples: [{ before: "(owner = auth.uid())", after: "(owner = auth.uid())" }],
  rewrite: (tree) => transform(tree, (_node, descend) => descend()),
};
`,
);

const list = "src/rewrite/expression.ts";
const text = readFileSync(list, "utf8");
const listed = text
  .replace(/(import \{ initplan \} from [^\n]+\n)/, `$1import { ${name} } from "./rules/${id}.ts";\n`)
  // before initplan, since that rule wraps the result of the others
  .replace(/(EXPRESSION_RULES[^=]*=\s*\[[^\]]*?)(\s*)initplan,/s, `$1$2${name},$2initplan,`);
writeFileSync(list, listed);
console.log(
  `made ${file} and listed it in ${list}; next: fill it in, then npx vitest run test/rewrite, then npm run docs`,
);
