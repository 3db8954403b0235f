import {
  cleanGuards,
  type CleanedGuards,
  type GuardNames,
  type PlannedText,
} from "../../../src/cleanup/guards/index.ts";

/** `set_tenant_context` sets `app.tenant_id`, whose claim is `app_metadata.tenant_id`; `setTenantContext` calls it. */
export const NAMES: GuardNames = {
  settings: new Map([["app.tenant_id", ["app_metadata", "tenant_id"]]]),
  functions: new Set(["set_tenant_context"]),
  mixed: new Set(["check_and_set_tenant"]),
  code: new Set(["setTenantContext"]),
};

export type Files = Readonly<Record<string, string>>;

/** Clean the guards of a project that is given as texts. */
export const guards = (files: Files, migrations: readonly PlannedText[] = []): CleanedGuards =>
  cleanGuards({ files: Object.entries(files).map(([path, text]) => ({ path, text })), migrations }, NAMES);

/** The text of a file afterwards; null: it goes. */
export function after(files: Files, path: string): string | null | undefined {
  const cleaned = guards(files);
  return cleaned.files.has(path) ? cleaned.files.get(path) : files[path];
}

/** The reasons why a person has to look, by file and line. */
export const leftOf = ({ left }: CleanedGuards): string[] =>
  left.map(({ path, line, reason }) => `${path}:${line} ${reason}`);
