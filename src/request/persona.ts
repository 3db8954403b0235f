import { quoteLiteral, quoteRole } from "../pg/identifier.ts";

/** A database role and a token that a request can arrive with. */
export interface Persona {
  name: string;
  role: string;
  /** the text of request.jwt.claims; null: never set */
  claims: string | null;
  /** run as the login before each of its statements, such as a change of its membership row; default: nothing */
  setup?: readonly string[];
}

/** The statement that sets the token for the transaction, as PostgREST does; none where it is never set. */
export const claimsStatements = ({ claims }: Pick<Persona, "claims">): string[] =>
  claims === null ? [] : [`select set_config('request.jwt.claims', ${quoteLiteral(claims)}, true)`];

/** The statements by which a login comes as a persona inside a transaction, to paste into psql. */
export const arrivalStatements = (persona: Persona): string[] => [
  ...(persona.setup ?? []),
  `set local role ${quoteRole(persona.role)}`,
  ...claimsStatements(persona),
];
