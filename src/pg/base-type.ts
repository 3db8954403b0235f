import type { UserType } from "./catalog.ts";
import { namedBy } from "./name.ts";

/** The type that a domain is based on; any other type is its own. */
export function baseType(type: string, types: readonly UserType[]): string {
  const domain = namedBy(type, types);
  return domain?.kind === "domain" ? baseType(domain.base, types) : type;
}
