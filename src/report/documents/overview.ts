import { posix } from "node:path";
import type { DocumentPart } from "../../document-parts.ts";
import type { Values } from "../../documents/index.ts";
import type { DocumentFacts, DocumentFile } from "../../pipeline/document-facts.ts";
import { counted } from "../counted.ts";
import { code, listed, prose } from "./text.ts";

const WHAT: Record<DocumentPart, string> = {
  overview: "the overview",
  matrix: "who reads and writes which rows",
  functions: "functions past row security",
  roles: "roles and claims",
  changes: "what changed, and when",
  onboarding: "how to write a policy, and how to find out why a row is not there",
};

/** The values of the template `overview`, for the file that it stands in. */
export function overviewValues(
  { matrix, claims, tenant }: DocumentFacts,
  files: readonly DocumentFile[],
  file: string,
): Values {
  const guarded = matrix.relations.filter(({ rowSecurity }) => rowSecurity);
  const policies = guarded.flatMap((relation) => relation.policies);
  const byVariable = policies.filter(({ settings }) => settings.length > 0).length;
  return {
    relations: counted(guarded.length, "relation"),
    unguarded: String(matrix.relations.length - guarded.length),
    hasUnguarded: guarded.length < matrix.relations.length,
    policies: counted(policies.length, "policy", "policies"),
    claims: listed(claims.map(({ path }) => code(path.join(".")))),
    tenant: tenant === null ? "" : code(tenant.column),
    byVariable: byVariable === 0 ? "" : counted(byVariable, "policy", "policies"),
    pages: files
      .filter(({ path }) => path !== file)
      .flatMap(({ path, parts }) => {
        const link = posix.relative(posix.dirname(file), path).split("/").map(encodeURIComponent).join("/");
        const what = parts.filter((part) => part !== "overview").map((part) => WHAT[part]);
        return what.length === 0 ? [] : [{ page: `[${prose(posix.basename(path))}](${link})`, holds: what.join("; ") }];
      }),
  };
}
