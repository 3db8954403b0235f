import { ToolError } from "../errors.ts";
import type { ClaimsSource } from "../pg/context.ts";
import type { Component } from "./component.ts";
import { parseOnce } from "./encode/parse-once.ts";
import type { Property, Tenant } from "./never.ts";
import { claimText } from "./regimes.ts";

export const READY = ["cross-tenant-read", "cross-tenant-write", "anonymous-access", "tenant-move"] as const;

const COMMANDS: Readonly<Record<string, readonly Component[]>> = {
  select: ["SELECT"],
  insert: ["INSERT"],
  update: ["UPDATE USING", "UPDATE CHECK"],
  delete: ["DELETE"],
};

/**
 * A property by its predefined name, or an SQL condition on rows that no role may read; `insert:`, `update:` or `delete:`
 * before it asks for that command instead. Throws ToolError (usage): no tenant is known, or the condition is no SQL.
 */
export function propertyOf(text: string, tenant: Tenant | null): Property {
  const name = text.trim();
  if (name === "anonymous-access") return { kind: "anonymous", name };
  if (name === "cross-tenant-read" || name === "cross-tenant-write" || name === "tenant-move") {
    if (!tenant)
      throw new ToolError(
        "usage",
        "NO_TENANT",
        `${name}: no policy compares a column with a claim of the token`,
        "say which with --tenant column=claim.path, for instance --tenant org_id=app_metadata.org_id",
      );
    if (name === "tenant-move") return { kind: "move", name, tenant };
    const components: Component[] =
      name === "cross-tenant-read" ? ["SELECT"] : ["INSERT", "UPDATE USING", "UPDATE CHECK", "DELETE"];
    return { kind: "tenant", name, components, tenant };
  }
  const prefixed = /^(select|insert|update|delete)\s*:([^]*)$/i.exec(name);
  const condition = (prefixed?.[2] ?? name).trim();
  try {
    parseOnce(condition);
  } catch (error) {
    throw new ToolError(
      "usage",
      "NOT_SQL",
      `--never \`${name}\` is neither a predefined property nor an SQL condition`,
      `predefined: ${READY.join(", ")}; or a condition such as "org_id is distinct from (auth.jwt() ->> 'org_id')::uuid"`,
      { cause: error },
    );
  }
  return { kind: "condition", name, components: COMMANDS[prefixed?.[1]?.toLowerCase() ?? "select"] ?? [], condition };
}

/** `org_id=app_metadata.org_id`. Throws ToolError (usage). */
export function tenantOf(text: string, claims: ClaimsSource): Tenant {
  const found = /^\s*([^=\s]+)\s*=\s*([^=\s]+)\s*$/.exec(text);
  if (!found)
    throw new ToolError(
      "usage",
      "NOT_A_TENANT",
      `--tenant \`${text}\` is not column=claim.path`,
      "write for instance --tenant org_id=app_metadata.org_id",
    );
  return { column: found[1] ?? "", claim: claimText((found[2] ?? "").split("."), claims) };
}

/** The meaning of a property, in words. */
export function meaningOf(property: Property): string {
  switch (property.kind) {
    case "anonymous":
      return "anon reaches no row";
    case "condition":
      return `no role reaches a row by ${property.components.join(", ")} where ${property.condition}`;
    case "tenant":
      return `no role reaches a row by ${property.components.join(", ")} whose ${property.tenant.column} is not ${property.tenant.claim}`;
    case "move":
      return `no UPDATE changes ${property.tenant.column}`;
  }
}
