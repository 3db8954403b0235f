import { isGone, isTestFile, record, type Scene } from "../draft.ts";
import { namesRetired } from "../retired.ts";
import type { ProjectShape } from "../shapes/shape.ts";
import { DIRECTIVE } from "../syntax/statement.ts";
import type { Edit } from "../syntax/cut.ts";
import type { Module } from "../syntax/module.ts";
import { sentencesIn, type Part } from "../syntax/sentence.ts";

export const staleComment: ProjectShape = {
  id: "stale-comment",
  title: "delete sentences of comments that name what is gone",
  why: "No code of the file names it any more, so the sentence says something that is not so. The other sentences of the comment stay.",
  examples: [
    {
      before: `/** Who asks. The policies take the tenant from app.tenant_id, which set_tenant_context sets. */
export interface Scope {
  tenantId: string;
}

export async function list(supabase: Client, scope: Scope) {
  await supabase.rpc("set_tenant_context", { p_tenant_id: scope.tenantId });
  return supabase.from("invoice").select("id").eq("tenant_id", scope.tenantId);
}
`,
      after: `/** Who asks. */
export interface Scope {
  tenantId: string;
}

export async function list(supabase: Client, scope: Scope) {
  return supabase.from("invoice").select("id").eq("tenant_id", scope.tenantId);
}
`,
    },
    {
      before: `// The façade of the ledger.
// Callers of it have
// called set_tenant_context before.
export const total = (ledger: Ledger) => ledger.total; /* of app.tenant_id */

// app.tenant_id is never empty here
export const count = (ledger: Ledger) => ledger.count;
`,
      after: `// The façade of the ledger.
export const total = (ledger: Ledger) => ledger.total;

export const count = (ledger: Ledger) => ledger.count;
`,
      note: "a comment of which nothing is left goes with its line",
    },
  ],
  find(scene) {
    const namesGone = goneNames(scene);
    for (const module of scene.project.modules.values()) {
      const { path, text } = module;
      if (isTestFile(path) || scene.draft.deleted.has(path) || scene.frozen.has(path)) continue;
      if (!namesGone(text) || isNamedInCode(module, namesGone, scene)) continue;
      for (const group of commentGroups(module)) cutGroup(group, module, namesGone, scene);
    }
  },
};

/** True if a text names something that is gone. */
type NamesGone = (text: string) => boolean;

/** Retired names, and those of functions that are deleted where nothing else has the name. */
function goneNames({ retired, setters, draft, project }: Scene): NamesGone {
  const own = [...setters.values()].filter(
    ({ binding, module }) =>
      binding.name.length > 8 && binding.declarations.every((id) => isGone({ draft }, module, id)),
  );
  const names = own
    .map(({ binding }) => binding)
    .filter(({ name }) => {
      const same = [...project.modules.values()].flatMap((one) => one.bindings.filter((other) => other.name === name));
      return same.every((one) => one.kind === "import" || own.some(({ binding }) => binding === one));
    });
  return (text) => namesRetired(text, retired) || names.some(({ name }) => text.includes(name));
}

function isNamedInCode(module: Module, namesGone: NamesGone, scene: Scene): boolean {
  return module.nodes.some((node) => {
    if (node.type !== "Literal" && node.type !== "TemplateElement" && node.type !== "Identifier") return false;
    return namesGone(module.text.slice(node.start, node.end)) && !isGone(scene, module, node);
  });
}

/** Line comments below each other are one text. */
function commentGroups({ comments, text }: Module): Part[][] {
  const groups: Part[][] = [];
  let last: { type: string; end: number } | null = null;
  for (const { type, start, end } of comments) {
    const isAlone = /(?:^|\n)[ \t]*$/.test(text.slice(0, start));
    const follows = last?.type === "Line" && type === "Line" && isAlone;
    if (follows && /^\r?\n[ \t]*$/.test(text.slice(last?.end, start))) groups.at(-1)?.push({ start, end });
    else groups.push([{ start, end }]);
    last = { type, end };
  }
  return groups;
}

function cutGroup(group: readonly Part[], module: Module, namesGone: NamesGone, scene: Scene): void {
  const [first, last] = [group[0], group.at(-1)];
  if (!first || !last || group.some((one) => isGoneAt(one, module, scene))) return;
  const isDirective = group.some(({ start, end }) => DIRECTIVE.test(module.text.slice(start + 2, end)));
  const sentences = sentencesIn(module.text, group);
  const goes = sentences.map(({ text }) => namesGone(text));
  if (isDirective || !goes.includes(true)) return;
  const edits = goes.every(Boolean)
    ? [wholeEdit(module, first.start, last.end)]
    : sentences.flatMap(({ start, end }, n): Edit[] => {
        if (!goes[n]) return [];
        const next = sentences.slice(n + 1).find((_one, m) => !goes[n + 1 + m]);
        const before = sentences[n - 1];
        // up to the next that stays, or back to the one before
        if (before && !goes[n - 1] && !next)
          return [{ path: module.path, start: before.end, end: sentences.at(-1)?.end ?? end, text: "" }];
        return next ? [{ path: module.path, start, end: next.start, text: "" }] : [];
      });
  const what = sentences.find((_one, n) => goes[n])?.text ?? "";
  record(scene, { path: module.path, at: first.start, shape: staleComment.id, what }, edits);
}

const isGoneAt = ({ start, end }: Part, { path }: Module, { draft }: Scene): boolean =>
  (draft.edits.get(path) ?? []).some((one) => one.text === "" && start >= one.start && end <= one.end);

/** A comment with its line, or with the blanks before it. */
function wholeEdit({ path, text }: Module, start: number, end: number): Edit {
  const before = /[ \t]*$/.exec(text.slice(0, start))?.[0].length ?? 0;
  const isAlone = /(?:^|\n)$/.test(text.slice(0, start - before));
  const ending = /^[ \t]*\r?\n/.exec(text.slice(end))?.[0].length;
  return isAlone && ending !== undefined
    ? { path, start: start - before, end: end + ending, text: "" }
    : { path, start: start - before, end, text: "" };
}
