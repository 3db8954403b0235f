import { sqlComment } from "../../pg/comment.ts";
import type { Attempt, Door } from "../matrix/index.ts";
import type { Judged } from "./judge.ts";

/** The comments above a statement: what PostgreSQL answers, and what it should answer. */
export function seenBy(
  attempt: Attempt,
  { outcome, relations }: Judged,
  door: Door,
): { other: string; attack: string } {
  const told = (seen: string, should: string): string =>
    `${sqlComment(`seen: ${seen}`)}\n${sqlComment(`should be seen: ${should}`)}`;
  switch (door) {
    case "unavailable":
      return { other: "", attack: told("an error, or no row, whoever asks", "own rows") };
    case "notify":
      return {
        other: "",
        attack: told(
          "rows of every tenant, in the payload of a notification when their writer commits",
          "keys at most",
        ),
      };
    default:
  }
  const evidence = outcome.kind === "allowed" ? outcome.evidence : null;
  const other = (seen: string): string => `-- the other half: ${seen}`;
  switch (attempt.judge.kind) {
    case "duplicate":
      return {
        other: other("a value that no tenant has is taken"),
        attack: told("error 23505, since another tenant has the value", "that the value is taken, as any other is"),
      };
    case "raises":
      return { other: "", attack: told("an error for everybody, by one row of another", "own rows") };
    case "tenantless":
      return { other: "", attack: told("a row that belongs to all tenants is written", "no row, or an error") };
    case "own change":
      return {
        other: other("a reference to no row is refused with 23503"),
        attack:
          attempt.answer === "changes"
            ? told("one row is changed", "no row, or an error")
            : told("rows to which the membership row gives no right", "no row"),
      };
    case "success":
      return {
        other: other("a reference to no row is refused with 23503"),
        attack: told("it succeeds", "an error: permission denied, or a refusal that says nothing of other tenants"),
      };
    default:
  }
  if (attempt.otherHalf !== undefined)
    return {
      other: other("the answer to values of nobody"),
      attack: told("another answer, since a tenant has such a row", "the same answer"),
    };
  if (evidence !== null)
    return {
      other: "",
      attack: told(`${JSON.stringify(evidence)}, which is another tenant's`, "nothing of another tenant"),
    };
  if (attempt.answer === "keys")
    return { other: "", attack: told("keys of rows of another tenant", "keys of own rows at most") };
  const where = relations.map((name) => `\`${name}\``).join(", ");
  return {
    other: "",
    attack: told(
      `rows of another tenant are written${where === "" ? "" : ` in ${where}`}`,
      "own rows at most, or an error",
    ),
  };
}
