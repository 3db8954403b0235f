import type { Catalog } from "../../pg/catalog.ts";

/** The login with which a request of a role comes; null: none is known. */
export function loginOf({ roles }: Catalog, role: string): string | null {
  const known = new Map(roles.map((one) => [one.name, one]));
  if (known.get(role)?.login === true) return role;
  const mayBecome = (login: string): boolean => {
    const reached = new Set([login]);
    for (const name of reached) for (const parent of known.get(name)?.memberOf ?? []) reached.add(parent);
    return reached.has(role);
  };
  const logins = roles.filter((one) => one.login && !one.superuser && mayBecome(one.name)).map(({ name }) => name);
  // PostgREST's own
  return logins.find((name) => name === "authenticator") ?? logins[0] ?? null;
}
