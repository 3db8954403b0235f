import type { BodyCause, Cause, Raised, Unsure } from "../claims/index.ts";

const quoted = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(", ");

/** The cause of an unknown answer, as a clause. */
export function causeText(cause: Cause): string {
  switch (cause.kind) {
    case "raised":
      return raisedText(cause);
    case "no trigger":
      return "no trigger writes `auth.users.raw_app_meta_data`";
    case "triggers on users":
      return `${quoted(cause.triggers)} on \`auth.users\` writes claims, and rlsmith does not follow where they come from`;
    case "several relations":
      return `triggers on several relations write claims: ${quoted(cause.relations)}`;
    case "no relation":
      return `\`${cause.relation}\` is not in the catalog`;
    case "unread":
      return [...new Set(cause.bodies.map(bodyText))].join("; ");
    case "several users":
      return `the functions on \`${cause.relation}\` find the user in different columns`;
    case "several values":
      return `the functions on \`${cause.relation}\` write \`${cause.claim.join(".")}\` in two ways`;
    case "no column":
      return `the sync reads ${quoted(cause.columns)}, which \`${cause.relation}\` does not have`;
    case "no source":
      return "the relation that feeds the claims is not known";
    case "active unknown":
      return "the active rows are not known";
    case "side effects":
      return `\`${cause.by}\` may have effects outside the transaction, which a rollback does not undo`;
    case "unread function":
      return `\`${cause.function}\` cannot be read: ${cause.why}`;
    case "unknown call":
      return `\`${cause.function}\` calls \`${cause.calls}\`, which cannot be read`;
    case "no privilege":
      return "this login may not execute it";
    case "members unread":
      return `its members cannot be read: ${causeText(cause.because)}`;
    case "not copied":
      return `\`${cause.relation}\` and its triggers could not be copied to a scratch database`;
    case "probe not prepared":
      return `the probe could not be prepared: ${causeText(cause.because)}`;
    case "no active row":
      return `no row was found for which \`${cause.active}\` holds${
        cause.because === null ? "" : ` (a value that was tried raised ${causeText(cause.because)})`
      }`;
    case "no sessions":
      return "there is no `auth.sessions`";
    case "no refresh time":
      return "`auth.sessions` has no `refreshed_at`: this version of Supabase Auth does not record when a token was issued";
  }
}

/** The reason why the active rows are not known, as a clause. */
export function unsureText(unsure: Unsure): string {
  if (unsure.kind === "different triggers")
    return `the triggers of \`${unsure.relation}\` write under different conditions`;
  const by = unsure.function === null ? "the trigger" : `\`${unsure.function}\``;
  switch (unsure.kind) {
    case "several conditions":
      return `${by} writes claims under several different conditions`;
    case "unread condition":
      return `${by} writes claims under a condition that rlsmith cannot read`;
    case "other condition":
      return unsure.condition === null
        ? `${by} writes claims only under a condition that does not depend on the row alone`
        : `${by} writes claims only where \`${unsure.condition}\`, which does not depend on the row alone`;
  }
}

/** Both, for the findings that quote them. */
export const causeWords = { cause: causeText, unsure: unsureText };

const bodyText = (body: { function: string; because: BodyCause; through: readonly string[] }): string =>
  `\`${body.function}\` ${bodyCauseText(body.because)}${
    body.through.length === 0 ? "" : `; it calls ${quoted(body.through)}, which is not followed`
  }`;

function bodyCauseText(cause: BodyCause): string {
  switch (cause.kind) {
    case "language":
      return `is written in ${cause.language}`;
    case "unparsed":
      return "has a body that rlsmith cannot read";
    case "no update":
      return "has no UPDATE of auth.users that rlsmith can read";
    case "user":
      return "finds the user in a way that rlsmith cannot read";
    case "value":
      return `gives \`${cause.claim.join(".")}\` a value that does not depend on the row alone`;
    case "several values":
      return `writes \`${cause.claim.join(".")}\` in two ways`;
    case "never fires":
      return "writes claims only where its trigger does not fire";
  }
}

function raisedText({ sqlstate, message }: Raised): string {
  if (sqlstate === "42501") return `the login may not read it${message === null ? "" : ` (${message})`}`;
  if (sqlstate === "57014") return "it took longer than the statement timeout";
  const words = message ?? CONDITIONS[sqlstate];
  return words === undefined ? sqlstate : `${sqlstate} ${words}`;
}

const CONDITIONS: Readonly<Record<string, string>> = {
  "21000": "cardinality_violation",
  "22003": "numeric_value_out_of_range",
  "22007": "invalid_datetime_format",
  "22008": "datetime_field_overflow",
  "22012": "division_by_zero",
  "22023": "invalid_parameter_value",
  "22P02": "invalid_text_representation",
  "23502": "not_null_violation",
  "23505": "unique_violation",
  "23514": "check_violation",
  P0001: "raise_exception",
};
