import type { DocumentPart } from "../../document-parts.ts";
import type { Values } from "../../documents/index.ts";
import type { DocumentFacts, DocumentFile } from "../../pipeline/document-facts.ts";
import { changeValues } from "./changes.ts";
import { functionValues } from "./functions.ts";
import { matrixValues } from "./matrix.ts";
import { onboardingValues } from "./onboarding.ts";
import { overviewValues } from "./overview.ts";
import { roleValues } from "./roles.ts";

/** Where a part stands, and where the others are. */
export interface PartSite {
  file: string;
  files: readonly DocumentFile[];
}

/** What the template of a part may name: texts are Markdown, and what comes from the database is code or has no effect in it. */
export const partValues = (part: DocumentPart, facts: DocumentFacts, site: PartSite): Values =>
  withTruths(valuesOf(part, facts, site));

/** Beside each list `rows` there is `hasRows`, for what stands around it once. */
function withTruths(values: Values): Values {
  const truths = Object.entries(values).flatMap(([name, value]): [string, boolean][] =>
    typeof value === "object" ? [[`has${name.slice(0, 1).toUpperCase()}${name.slice(1)}`, value.length > 0]] : [],
  );
  return { ...Object.fromEntries(truths), ...values };
}

function valuesOf(part: DocumentPart, facts: DocumentFacts, { file, files }: PartSite): Values {
  switch (part) {
    case "overview":
      return overviewValues(facts, files, file);
    case "matrix":
      return matrixValues(facts);
    case "functions":
      return functionValues(facts);
    case "roles":
      return roleValues(facts);
    case "changes":
      return changeValues(facts);
    case "onboarding":
      return onboardingValues(facts);
  }
}

/** The heading of a file that is made for a part. */
export const PART_TITLES: Record<DocumentPart, string> = {
  overview: "Row-level security",
  matrix: "Who reads and writes which rows",
  functions: "Functions past row security",
  roles: "Roles and claims",
  changes: "What changed",
  onboarding: "Row-level security: how to work with it",
};
