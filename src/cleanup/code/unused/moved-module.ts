import { posix } from "node:path";
import { decide, isGone, isTestFile, record, type Scene } from "../draft.ts";
import { holdsWords, namedLike, wordsOf } from "../names/words.ts";
import type { ProjectShape } from "../shapes/shape.ts";
import type { Edit } from "../syntax/cut.ts";
import type { Module } from "../syntax/module.ts";
import type { Node } from "../syntax/node.ts";
import type { Binding } from "../syntax/scope.ts";

export const movedModule: ProjectShape = {
  id: "moved-module",
  title: "move what others need out of a file that is named after what goes",
  why: "The file is called after a function that is deleted, and others import something else from it. The rest gets a name of what it holds; every import of it follows.",
  examples: [
    {
      before: {
        "lib/tenant-context.ts": `export interface Session {
  tenantId: string;
}

export async function setTenantContext(supabase: Client, session: Session): Promise<void> {
  await supabase.rpc("set_tenant_context", { p_tenant_id: session.tenantId });
}
`,
        "lib/invoices.ts": `import { setTenantContext, type Session } from "./tenant-context";

export async function invoices(supabase: Client, session: Session) {
  await setTenantContext(supabase, session);
  return supabase.from("invoice").select("id").eq("tenant_id", session.tenantId);
}
`,
      },
      after: {
        "lib/session.ts": `export interface Session {
  tenantId: string;
}
`,
        "lib/invoices.ts": `import type { Session } from "./session";

export async function invoices(supabase: Client, session: Session) {
  return supabase.from("invoice").select("id").eq("tenant_id", session.tenantId);
}
`,
        "lib/tenant-context.ts": null,
      },
    },
    {
      before: {
        "app/setTenantContext.mts": `export const requireTenant = (tenantId: string | null): string => {
  if (tenantId === null) throw new Error("kein Mandant gewählt");
  return tenantId;
};

export const setTenantContext = async (supabase: Client, tenantId: string) => {
  await supabase.rpc("set_tenant_context", { p_tenant_id: tenantId });
};
`,
        "app/run.mts": `import { requireTenant, setTenantContext } from "./setTenantContext.mjs";

export async function run(supabase: Client, tenantId: string | null) {
  const tenant = requireTenant(tenantId);
  await setTenantContext(supabase, tenant);
  return supabase.from("rechnung").select("id").eq("mandant", tenant);
}
`,
        "app/run.test.mts": `import { requireTenant } from "./setTenantContext.mjs";

vi.mock("./setTenantContext.mjs", () => ({ requireTenant: vi.fn() }));

test("asks for the tenant", () => expect(requireTenant).toBeDefined());
`,
      },
      after: {
        "app/requireTenant.mts": `export const requireTenant = (tenantId: string | null): string => {
  if (tenantId === null) throw new Error("kein Mandant gewählt");
  return tenantId;
};
`,
        "app/run.mts": `import { requireTenant } from "./requireTenant.mjs";

export async function run(supabase: Client, tenantId: string | null) {
  const tenant = requireTenant(tenantId);
  return supabase.from("rechnung").select("id").eq("mandant", tenant);
}
`,
        "app/run.test.mts": `import { requireTenant } from "./requireTenant.mjs";

vi.mock("./requireTenant.mjs", () => ({ requireTenant: vi.fn() }));

test("asks for the tenant", () => expect(requireTenant).toBeDefined());
`,
        "app/setTenantContext.mts": null,
      },
      note: "the new name is written like the old one, and mocks follow it",
    },
  ],
  find(scene) {
    for (const module of scene.project.modules.values())
      if (isNamedAfterWhatGoes(module, scene) && !scene.draft.moved.has(module.path)) moveModule(module, scene);
  },
};

const EXTENSION = /\.[^/]*$/;

/** The name of a file up to its first dot; that of the folder for an index. */
function stemOf(path: string): string {
  const own = posix.basename(path).replace(EXTENSION, "");
  return own === "index" ? posix.basename(posix.dirname(path)) : own;
}

/** True if a file holds a function that is deleted, none that only sets the context and stays, and has its name. */
function isNamedAfterWhatGoes(module: Module, scene: Scene): boolean {
  if (scene.draft.deleted.has(module.path) || isTestFile(module.path)) return false;
  const own = [...scene.setters.values()].filter((one) => one.module === module);
  const isDeleted = ({ binding }: { binding: Binding }): boolean =>
    binding.declarations.every((id) => isGone(scene, module, id));
  if (own.length === 0 || !own.every(isDeleted)) return false;
  const stem = wordsOf(stemOf(module.path));
  // one word says nothing: `context`, `tenant`
  if (stem.length < 2) return false;
  return [...scene.retired.functions, ...own.map(({ binding }) => binding.name)].some((name) => {
    const words = wordsOf(name);
    return [words, words.slice(1)].some((one) => one.length === stem.length && holdsWords(one, stem));
  });
}

function moveModule(module: Module, scene: Scene): void {
  const refuse = (): void =>
    decide(scene, { path: module.path, at: 0, reason: "module-keeps-name", what: module.path });
  const isIndex = posix.basename(module.path).startsWith("index.");
  const target = isIndex || isSeenFromOutside(module, scene) ? null : newPath(module, scene);
  const follow = target === null ? null : followers(module, target.path, scene);
  if (target === null || follow === null) return refuse();
  const change = { path: module.path, at: 0, shape: movedModule.id, what: target.path };
  if (scene.frozen.has(target.path) || !record(scene, change, follow)) return refuse();
  if (target.isThere) scene.draft.deleted.add(module.path);
  else scene.draft.moved.set(module.path, target.path);
  moveTests(module.path, target.path, scene);
}

/** Imports that are not followed, or a package's entry: somebody may need the old name. */
const isSeenFromOutside = ({ path }: Module, { project }: Scene): boolean =>
  project.opaque.has(path) || project.packages.some((one) => !one.private && one.entries.includes(path));

/** The names that are left in a file and that it exports. */
const namesLeft = (module: Module, scene: Scene): [string, Binding][] =>
  [...scene.project.exportsOf(module)].filter(
    ([name, { kind, declarations }]) =>
      name !== "default" && kind !== "import" && declarations.every((id) => !isGone(scene, module, id)),
  );

/** `getSession` says what it is about as `session` does. */
const READS: ReadonlySet<string> = new Set(["get", "load", "read", "find"]);

/** A path beside the old one, named after the first thing that is left; types and classes first. */
function newPath(module: Module, scene: Scene): { path: string; isThere: boolean } | null {
  const stem = stemOf(module.path);
  const ending = EXTENSION.exec(posix.basename(module.path))?.[0] ?? "";
  const left = namesLeft(module, scene);
  const isNoun = ([, { kind }]: [string, Binding]): boolean => kind === "type" || kind === "class";
  const candidates = [...left.filter(isNoun), ...left.filter((one) => !isNoun(one))]
    .map(([name]) => wordsOf(name))
    .map((words) => (words.length > 1 && READS.has(words[0] ?? "") ? words.slice(1) : words))
    .filter((words) => words.length > 0 && !holdsWords(words, wordsOf(stem)))
    .map((words) => posix.join(posix.dirname(module.path), namedLike(words, stem) + ending));
  const needed = left.filter(([, binding]) => scene.project.linksTo(binding).length > 0);
  // a run that was cut short has written it
  const known = candidates.find((path) => {
    const there = scene.project.modules.get(path);
    return there && needed.every(([name]) => scene.project.exportsOf(there).has(name));
  });
  if (known !== undefined) return { path: known, isThere: true };
  const taken = new Set([...scene.project.modules.keys()].map((path) => path.replace(EXTENSION, "")));
  const free = candidates.find((path) => !taken.has(path.replace(EXTENSION, "")));
  return free === undefined ? null : { path: free, isThere: false };
}

/** The edits by which every text that leads to a file leads to another; null if one of them is not read. */
function followers(from: Module, to: string, scene: Scene): Edit[] | null {
  const [stem, next] = [stemOf(from.path), stemOf(to)];
  const edits: Edit[] = [];
  for (const module of scene.project.modules.values()) {
    if (scene.draft.deleted.has(module.path)) continue;
    for (const node of module.nodes) {
      if (node.type !== "Literal" || typeof node.value !== "string") continue;
      if (isGone(scene, module, node) || !leadsTo(node.value, from, module, scene)) continue;
      const raw = module.text.slice(node.start + 1, node.end - 1);
      const end = raw.lastIndexOf(stem) + stem.length;
      if (raw.lastIndexOf(stem) === -1 || !/^(?:\.\w+)?$/.test(raw.slice(end))) return null;
      const start = node.start + 1 + raw.lastIndexOf(stem);
      edits.push({ path: module.path, start, end: start + stem.length, text: next });
    }
    edits.push(...namesOfFile(module, posix.basename(from.path), posix.basename(to), scene));
  }
  return edits;
}

const leadsTo = (specifier: string, to: Module, module: Module, { project }: Scene): boolean =>
  /[./]/.test(specifier) && !/\s/.test(specifier) && project.target(module, specifier) === to;

/** Comments and texts that name the file itself, if no other file has its name. */
function namesOfFile(module: Module, from: string, to: string, scene: Scene): Edit[] {
  const isOne = [...scene.project.modules.keys()].filter((path) => posix.basename(path) === from).length === 1;
  if (!isOne || !module.text.includes(from)) return [];
  const isText = ({ type }: Node): boolean => type === "TemplateElement";
  const texts = module.nodes.filter(
    (one) => (isText(one) || (one.type === "Literal" && typeof one.value === "string")) && !isGone(scene, module, one),
  );
  return [...texts, ...module.comments].flatMap(({ start, end }) =>
    [
      ...module.text
        .slice(start, end)
        .matchAll(new RegExp(`(?<![\\w-])${from.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}(?!\\w)`, "g")),
    ]
      .map(({ index }) => start + index)
      // a path that leads to it has an edit already
      .filter((at) => !/[\w./@-]*\/$/.test(module.text.slice(start, at)))
      .map((at) => ({ path: module.path, start: at, end: at + from.length, text: to })),
  );
}

/** The tests that have the name of the file get the new one. */
function moveTests(from: string, to: string, { project, draft }: Scene): void {
  const folder = posix.dirname(from);
  for (const { path } of project.modules.values()) {
    const own = posix.dirname(path);
    const isNear =
      own === folder || (posix.dirname(own) === folder && /^(?:__tests__|tests?)$/.test(posix.basename(own)));
    if (!isNear || !isTestFile(path) || stemOf(path) !== stemOf(from) || draft.deleted.has(path)) continue;
    const renamed = posix.join(own, stemOf(to) + (EXTENSION.exec(posix.basename(path))?.[0] ?? ""));
    if (project.importersOf(path).length === 0 && !project.modules.has(renamed)) draft.moved.set(path, renamed);
  }
}
