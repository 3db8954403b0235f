import { createHash } from "node:crypto";
import { quoteLiteral } from "../../pg/identifier.ts";
import type { QualifiedName } from "../../pg/name.ts";
import type { NamedRelation } from "./names.ts";

/** What is watched: the relations of the plan. */
export interface WatchScope {
  relations: readonly QualifiedName[];
}

/** The relations as the literal that the queries read. */
export const scopeLiteral = ({ relations }: WatchScope): string =>
  `${quoteLiteral(JSON.stringify(relations.map(({ schema, name }) => ({ schema, name }))))}::jsonb`;

/** A text that differs where other relations, or other views on them, are looked for. */
export const scopeMark = (relations: readonly NamedRelation[]): string =>
  createHash("sha256").update(JSON.stringify(relations)).digest("hex").slice(0, 16);

/** LIKE patterns, as literals, that each text which names one of the relations fits. */
export const namePatterns = (relations: readonly NamedRelation[]): string =>
  [...new Set(relations.map(({ name }) => name))]
    .map((name) =>
      quoteLiteral(
        `%${name
          .toLowerCase()
          .replaceAll('"', '""')
          .replaceAll(/[\\%_]/g, String.raw`\$&`)}%`,
      ),
    )
    .join(", ");
