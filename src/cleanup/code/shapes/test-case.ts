import { isGone, isTestFile, record, type Scene } from "../draft.ts";
import { positionOf } from "../find/calls.ts";
import { removable } from "../find/removable.ts";
import type { Module } from "../syntax/module.ts";
import { nodesIn, type Node } from "../syntax/node.ts";
import { cutStatements } from "../syntax/statement.ts";
import type { CallShape } from "./shape.ts";

export const testOfCall: CallShape = {
  id: "test-of-call",
  title: "delete test cases whose subject is the call",
  why: "The function that the case tests is deleted: the case calls nothing else of the project, or expects something of the call itself. A case that calls it on the way to something else stays, without the call.",
  examples: [
    {
      before: {
        "lib/context.ts": `export async function setContext(supabase: Client, tenantId: string) {
  await supabase.rpc("set_tenant_context", { p_tenant_id: tenantId });
  return tenantId;
}

export const isTenant = (text: string): boolean => text !== "";
`,
        "lib/context.test.ts": `import { expect, test, vi } from "vitest";
import { isTenant, setContext } from "./context";

test("calls the RPC", async () => {
  const rpc = vi.fn();
  await setContext({ rpc } as unknown as Client, "a");
  expect(rpc).toHaveBeenCalledTimes(1);
});

test("a tenant has a name", () => {
  expect(isTenant("")).toBe(false);
});
`,
      },
      after: {
        "lib/context.ts": `export const isTenant = (text: string): boolean => text !== "";
`,
        "lib/context.test.ts": `import { expect, test } from "vitest";
import { isTenant } from "./context";

test("a tenant has a name", () => {
  expect(isTenant("")).toBe(false);
});
`,
      },
    },
    {
      before: {
        "lib/context.mts": `export const setContext = async (supabase: Client, tenantId: string): Promise<void> => {
  await supabase.rpc("set_tenant_context", { p_tenant_id: tenantId });
};

export const größe = 7;
`,
        "lib/context.spec.mts": `import { größe, setContext } from "./context.mjs";

describe("the context", () => {
  describe("of a tenant", () => {
    it.each(["ä", "ö"])("is set: %s", async (tenant) => {
      await expect(setContext(client, tenant)).resolves.toBeUndefined();
    });
  });

  it("has a size", () => {
    expect(größe).toBe(7);
  });
});
`,
      },
      after: {
        "lib/context.mts": `export const größe = 7;
`,
        "lib/context.spec.mts": `import { größe } from "./context.mjs";

describe("the context", () => {
  it("has a size", () => {
    expect(größe).toBe(7);
  });
});
`,
      },
      note: "a suite that would be empty goes too",
    },
  ],
  take(call, scene) {
    const { module, node } = call;
    if (!isTestFile(module.path) || call.callee === null) return false;
    const found = caseAround(node, module);
    if (found === null) return false;
    const { parent } = positionOf(node, module);
    const passedOn =
      parent.type === "ReturnStatement" || parent.type === "ArrowFunctionExpression" || isArgument(parent);
    if (!passedOn && removable(call, scene) !== null && usesMore(found, module, scene)) return false;
    return cutCase(found, module, scene, this.id);
  },
};

const isArgument = (parent: Node): boolean => parent.type === "CallExpression";

const CASES: ReadonlySet<string> = new Set(["test", "it", "specify"]);

/** The title of a test case, if a statement is one; the text of the callee otherwise. */
export function testCase(node: Node, _module: Module): string | null {
  if (node.type !== "ExpressionStatement" || node.expression.type !== "CallExpression") return null;
  const { expression } = node;
  const root = rootOf(expression.callee);
  if (!CASES.has(root)) return null;
  const [title] = expression.arguments;
  return title?.type === "Literal" && typeof title.value === "string" ? title.value : "";
}

/** `test` of `test.each([…])(…)`. */
function rootOf(node: Node): string {
  if (node.type === "Identifier") return node.name;
  if (node.type === "MemberExpression") return rootOf(node.object);
  if (node.type === "CallExpression") return rootOf(node.callee);
  if (node.type === "TaggedTemplateExpression") return rootOf(node.tag);
  return "";
}

const isSuite = (node: Node): boolean =>
  node.type === "ExpressionStatement" &&
  node.expression.type === "CallExpression" &&
  ["describe", "suite", "context"].includes(rootOf(node.expression.callee));

/** The statement of the test case around a node. */
export function caseAround(node: Node, module: Module): Node | null {
  for (let at: Node | undefined = node; at; at = module.parents.get(at)) if (testCase(at, module) !== null) return at;
  return null;
}

/** True if a case calls something of the project besides functions that set the context. */
function usesMore(found: Node, module: Module, { project, setters }: Scene): boolean {
  return [...nodesIn(found)].some((node) => {
    const binding = module.bindingOf.get(node);
    if (binding?.kind !== "import") return false;
    const meant = project.meant(binding);
    if (meant === binding || setters.has(meant) || isTestFile(meant.path)) return false;
    return meant.kind === "function" || meant.kind === "variable";
  });
}

/** Remove a case, and the suites around it that hold no other. */
export function cutCase(found: Node, module: Module, scene: Scene, shape: string): boolean {
  let statement = found;
  for (;;) {
    const suite = suiteAround(statement, module);
    if (suite === null) break;
    const others = [...nodesIn(suite)].filter(
      (one) => testCase(one, module) !== null && !(one.start >= statement.start && one.end <= statement.end),
    );
    if (!others.every((one) => isGone(scene, module, one))) break;
    statement = suite;
  }
  const cut = cutStatements(scene, module, statement, statement);
  const change = { path: module.path, at: found.start, shape, what: testCase(found, module) ?? "" };
  return cut !== null && record(scene, change, [cut.edit]);
}

function suiteAround(node: Node, module: Module): Node | null {
  for (let at = module.parents.get(node); at; at = module.parents.get(at)) if (isSuite(at)) return at;
  return null;
}
