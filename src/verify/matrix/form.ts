/** The statements that everything else is a variant of: one for each way in which a row can be read or written. */
export type PlainForm =
  | "read"
  | "insert own"
  /** one of the rows that are there, which is taken away first */
  | "insert own again"
  | "insert foreign"
  /** a row of another tenant, in the name of the persona */
  | "insert foreign as self"
  | "update own"
  | "update foreign"
  | "update blind"
  | "move own"
  | "move blind"
  | "take over foreign"
  | "take over blind"
  | "delete own"
  | "delete foreign"
  | "delete blind";

/** The form of a statement, by which code chooses among attempts; `attack` puts it into words for people. */
export type Form =
  | { kind: "plain"; of: PlainForm }
  /** a plain statement on a row whose column holds another of the values that policies ask for */
  | { kind: "with value"; of: PlainForm; column: string; value: string }
  /** the call of a function with all its arguments, about one of these */
  | { kind: "call"; whose: "own" | "foreign" | "nobody" | "other nobody" }
  /** a read of a view with a function of the caller in its WHERE */
  | { kind: "barrier" }
  /** a variant of its own, which nothing chooses by */
  | { kind: "other" };

/** Whether a statement is one of these plain ones. */
export const isPlain = ({ form }: { form: Form }, of: ReadonlySet<PlainForm>): boolean =>
  form.kind === "plain" && of.has(form.of);
