import { isGone, isTestFile, record, type Scene } from "../draft.ts";
import { cutFrom, cutLines } from "../syntax/cut.ts";
import type { Module } from "../syntax/module.ts";
import { constantText, keyName, memberName, type Node } from "../syntax/node.ts";
import { cutStatements, hookOf } from "../syntax/statement.ts";
import type { Binding } from "../syntax/scope.ts";
import { usesLeft } from "../unused/uses.ts";
import type { ProjectShape } from "./shape.ts";
import { caseAround, cutCase } from "./test-case.ts";

export const mockOfCall: ProjectShape = {
  id: "mock-of-call",
  title: "delete mocks of a function that only set the context, and the cases that look at them",
  why: "Nothing calls the function any more. The other functions that a mock replaces keep their place; a mock that replaces nothing is deleted.",
  examples: [
    {
      before: {
        "lib/context.ts": `export async function setContext(supabase: Client, tenantId: string): Promise<void> {
  await supabase.rpc("set_tenant_context", { p_tenant_id: tenantId });
}

export const tenantOf = (user: User): string => user.tenantId;
`,
        "lib/run.ts": `import { setContext, tenantOf } from "./context";

export async function run(supabase: Client, user: User) {
  await setContext(supabase, tenantOf(user));
  return tenantOf(user);
}
`,
        "lib/run.test.ts": `import { beforeEach, expect, test, vi } from "vitest";
import { setContext, tenantOf } from "./context";
import { run } from "./run";

vi.mock("./context", () => ({ setContext: vi.fn(), tenantOf: vi.fn() }));

beforeEach(() => void vi.mocked(setContext).mockReset());

test("sets the context", async () => {
  await run({} as Client, { tenantId: "a" });
  expect(setContext).toHaveBeenCalled();
});

test("returns the tenant", async () => {
  vi.mocked(tenantOf).mockReturnValue("b");
  expect(await run({} as Client, { tenantId: "a" })).toBe("b");
});
`,
      },
      after: {
        "lib/context.ts": `export const tenantOf = (user: User): string => user.tenantId;
`,
        "lib/run.ts": `import { tenantOf } from "./context";

export async function run(user: User) {
  return tenantOf(user);
}
`,
        "lib/run.test.ts": `import { expect, test, vi } from "vitest";
import { tenantOf } from "./context";
import { run } from "./run";

vi.mock("./context", () => ({ tenantOf: vi.fn() }));

test("returns the tenant", async () => {
  vi.mocked(tenantOf).mockReturnValue("b");
  expect(await run({ tenantId: "a" })).toBe("b");
});
`,
      },
    },
    {
      before: {
        "lib/context.js": `export async function setContext(supabase, tenantId) {
  await supabase.rpc("set_tenant_context", { p_tenant_id: tenantId });
}
`,
        "lib/run.js": `import { setContext } from "./context.js";

export async function run(supabase, tenantId) {
  await setContext(supabase, tenantId);
  return [tenantId, await supabase.from(tenantId)];
}
`,
        "lib/run.test.js": `import { run } from "./run.js";

// für alle Fälle
jest.mock("./context.js", () => ({ setContext: jest.fn() }));

test("größe", async () => {
  expect(await run({ from: () => 1 }, "ä")).toEqual(["ä", 1]);
});
`,
      },
      after: {
        "lib/run.js": `export async function run(supabase, tenantId) {
  return [tenantId, await supabase.from(tenantId)];
}
`,
        "lib/run.test.js": `import { run } from "./run.js";

test("größe", async () => {
  expect(await run({ from: () => 1 }, "ä")).toEqual(["ä", 1]);
});
`,
        "lib/context.js": null,
      },
    },
  ],
  find(scene) {
    for (const { binding } of scene.setters.values()) {
      const { live } = usesLeft(scene, binding, null);
      if (live.every(({ module }) => isTestFile(module.path)))
        for (const { module, node } of live) if (!isGone(scene, module, node)) cutUse(node, module, scene);
    }
    for (const module of scene.project.modules.values())
      if (isTestFile(module.path) && /\bmock\b/i.test(module.text) && !scene.draft.deleted.has(module.path))
        for (const node of module.nodes) cutMock(node, module, scene);
  },
};

/** A use that is no call: `vi.mocked(fn)`, `expect(fn)`. The case around it goes, or the statement. */
function cutUse(node: Node, module: Module, scene: Scene): void {
  const found = caseAround(node, module);
  if (found !== null) return void cutCase(found, module, scene, mockOfCall.id);
  let statement: Node | undefined = node;
  while (statement && statement.type !== "ExpressionStatement") {
    const hook = hookOf(statement, module);
    statement = hook ?? module.parents.get(statement);
  }
  const cut = statement && cutStatements(scene, module, statement, statement);
  if (cut) record(scene, { path: module.path, at: node.start, shape: mockOfCall.id, what: nameOf(node) }, [cut.edit]);
}

const nameOf = (node: Node): string => (node.type === "Identifier" ? node.name : "");

const MOCKS: ReadonlySet<string> = new Set(["mock", "doMock", "unstable_mockModule"]);

function cutMock(node: Node, module: Module, scene: Scene): void {
  if (node.type !== "CallExpression" || !MOCKS.has(memberName(node.callee) ?? "")) return;
  const [first, factory] = node.arguments;
  const specifier = first?.type === "ImportExpression" ? constantText(first.source) : constantText(first);
  const target = specifier === null ? null : scene.project.target(module, specifier);
  const object = factory && returnedObject(factory);
  const statement = module.parents.get(node);
  if (!target || !object || statement?.type !== "ExpressionStatement" || isGone(scene, module, statement)) return;
  const goes = (property: Node): boolean => {
    const name = property.type === "Property" ? keyName(property.key) : null;
    const binding = name === null ? null : scene.project.exported(target, name);
    return binding !== null && scene.setters.has(binding) && isDeclarationGone(binding, scene);
  };
  const fresh = object.properties.filter((one) => goes(one) && !isGone(scene, module, one));
  if (fresh.length === 0) return;
  const left = object.properties.filter((one) => !goes(one) && one.type !== "SpreadElement");
  const what = specifier ?? "";
  record(
    scene,
    { path: module.path, at: node.start, shape: mockOfCall.id, what },
    left.length === 0
      ? [cutLines(module, statement, statement, () => true)]
      : cutFrom(module.path, module.text, object.properties, goes),
  );
}

function isDeclarationGone(binding: Binding, scene: Scene): boolean {
  const module = scene.project.modules.get(binding.path);
  const [id] = binding.declarations;
  return module !== undefined && id !== undefined && isGone(scene, module, id);
}

/** The object that `() => ({ … })` returns. */
function returnedObject(factory: Node): Extract<Node, { type: "ObjectExpression" }> | null {
  if (factory.type !== "ArrowFunctionExpression" && factory.type !== "FunctionExpression") return null;
  const { body } = factory;
  if (body?.type === "ObjectExpression") return body;
  if (body?.type !== "BlockStatement") return null;
  const last = body.body.at(-1);
  return last?.type === "ReturnStatement" && last.argument?.type === "ObjectExpression" ? last.argument : null;
}
