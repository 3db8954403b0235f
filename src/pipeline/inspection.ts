import { classify, catalogFindings, analyseFunctions, inferContext } from "../classify/index.ts";
import type { ClassifiedPolicy, FunctionFacts, InferredContext, Logins } from "../classify/index.ts";
import { claimsSourceOf } from "../config.ts";
import type { Config } from "../config.ts";
import type { Finding } from "../finding.ts";
import type { Catalog } from "../pg/catalog.ts";
import type { ClaimsSource } from "../pg/context.ts";

/** The facts that the catalog gives about its policies, without any decision. */
export interface Inspection {
  catalog: Catalog;
  facts: FunctionFacts[];
  classified: ClassifiedPolicy[];
  findings: Finding[];
  inferred: InferredContext;
}

/**
 * Classify every policy, follow helpers into their bodies, infer the context map, and list the findings. Pure. The
 * config names the source of claims; without one it is `auth.jwt()` if the catalog has it, otherwise
 * `request.jwt.claims`.
 *
 * @example
 * ```ts
 * import { classify, connect, inspect } from "rlsmith";
 *
 * const db = await connect(process.env["DATABASE_URL"] ?? "");
 * const { classified, inferred, findings } = classify(await inspect(db));
 * await db.close();
 * for (const { id, pattern } of classified) console.log(id, pattern);
 * for (const { setting, claim } of inferred.variables) console.log(setting, claim?.join(".") ?? "not known");
 * console.log(`${findings.length} findings`);
 * ```
 */
export function inspectCatalog(catalog: Catalog, config: Config | null = null, logins?: Logins): Inspection {
  const source = config ? claimsSourceOf(config.claims) : claimsOf(catalog);
  const facts = analyseFunctions(catalog, source);
  const classified = classify(catalog, source, facts);
  const inferred = inferContext(catalog, classified, facts);
  const findings = [...catalogFindings(catalog, classified, facts, config?.verify, logins), ...inferred.conflicts];
  return { catalog, facts, classified, findings, inferred };
}

export const claimsOf = (catalog: Catalog): ClaimsSource =>
  catalog.functions.some((fn) => fn.schema === "auth" && fn.name === "jwt")
    ? { kind: "function", schema: "auth", name: "jwt" }
    : { kind: "setting", setting: "request.jwt.claims" };
