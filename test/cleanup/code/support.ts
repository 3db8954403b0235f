import { cleanCode, parseModule, type Cleaned, type Retired } from "../../../src/cleanup/code/index.ts";
import type { ProjectInput } from "../../../src/cleanup/code/index.ts";

/** `set_tenant_context` sets `app.tenant_id`, whose claim is `app_metadata.tenant_id`. */
export const RETIRED: Retired = {
  settings: new Map([["app.tenant_id", ["app_metadata", "tenant_id"]]]),
  functions: new Set(["set_tenant_context"]),
  mixed: new Set(["check_and_set_tenant"]),
};

export type Files = Readonly<Record<string, string>>;

interface CleanOptions {
  frozen?: string[];
  roles?: string[];
  decided?: Retired["decided"];
}

/** Clean files that are given as texts. */
export function clean(
  files: Files,
  { frozen = [], roles, decided, ...input }: Partial<ProjectInput> & CleanOptions = {},
): Cleaned {
  const modules = Object.entries(files).map(([path, text]) => {
    const module = parseModule({ path, text });
    if (!module) throw new Error(`${path} does not parse`);
    return module;
  });
  const retired = { ...RETIRED, ...(roles ? { roles } : {}), ...(decided ? { decided } : {}) };
  return cleanCode({ aliases: [], packages: [], ...input, modules }, retired, new Set(frozen));
}

/** The files as they are afterwards. */
export function applied(files: Files, cleaned: Cleaned): Record<string, string> {
  return Object.fromEntries(
    [...new Map<string, string | null>([...Object.entries(files), ...cleaned.files])].flatMap(
      ([path, text]): [string, string][] => (text === null ? [] : [[path, text]]),
    ),
  );
}

/** One file, cleaned. */
export function cleanText(text: string, path = "example.ts"): string | null {
  return applied({ [path]: text }, clean({ [path]: text }))[path] ?? null;
}
