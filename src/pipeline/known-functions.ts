import type { KnownFunctions } from "../cleanup/code/index.ts";
import type { Config } from "../config.ts";
import { openServer } from "../db/server.ts";
import { callableNames } from "../inspect/index.ts";
import { platformSchemas } from "../pg/platform-schemas.ts";
import { isOfExtension } from "../scratch/index.ts";
import type { EarlierSetters } from "./earlier-setters.ts";
import type { Source } from "./source.ts";

/** Every name that a call may have in the database of a source. Throws ToolError (environment) without a connection. */
export async function callableIn({ origin }: Source): Promise<Set<string>> {
  if (origin.kind === "migrations") return new Set(await callableNames(origin.scratch.db));
  const db = await openServer(origin.url);
  try {
    return new Set(await callableNames(db));
  } finally {
    await db.close();
  }
}

/** The functions whose calls are no sign of a setter that is gone. */
export const knownFunctions = (
  callable: ReadonlySet<string>,
  { others, asked }: EarlierSetters,
  { catalog }: Source,
  config: Config,
): KnownFunctions => ({
  names: new Set([...callable, ...others]),
  // people make functions of their own in `auth`, and those of the platform are in the database
  schemas: new Set(["pg_catalog", "information_schema", ...platformSchemas(catalog)].filter((one) => one !== "auth")),
  kept: Object.entries(config.cleanup.calls).flatMap(([pattern, { decision }]) =>
    decision === "keep" ? [pattern] : [],
  ),
  isOfExtension: (name) => isOfExtension(name) && !asked.has(name),
});
