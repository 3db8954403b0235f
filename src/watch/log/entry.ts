/** One message of a server log, as a parser of one of its formats found it. Fields that the format lacks are null. */
export interface LogEntry {
  /** ISO 8601 with an offset; null: the log holds no time, or in a time zone that has to be known */
  at: string | null;
  /** in English, whatever lc_messages is: stderr and csvlog translate it, see `severityOf`; null: a word that is not known */
  severity: "DEBUG" | "INFO" | "NOTICE" | "WARNING" | "LOG" | "ERROR" | "FATAL" | "PANIC" | null;
  /** five characters; null: stderr without `%e` and without log_error_verbosity = verbose, and jsonlog where it is 00000 */
  sqlstate: string | null;
  /** the text of the message; it may hold values of rows or claims, so it is never stored */
  message: string;
  /** the C function that raised it: `ExecWithCheckOptions`; only with log_error_verbosity = verbose */
  routine: string | null;
  /** CONTEXT, where a function that raised the error is named; never stored */
  context: string | null;
  /** the statement; it may hold values, so it is never stored */
  statement: string | null;
  /** the login role (`%u`), which is not the role of SET ROLE */
  login: string | null;
  database: string | null;
  application: string | null;
  /** of stderr, whose prefix often has no `%a`: the process id (`%p`, or the one in `%c`); absent: it is not in the prefix */
  process?: string;
  backendType: string | null;
  /** `%c` */
  session: string | null;
  /** `%l`: the number of the line in its session */
  line: number | null;
  /** the error is at a place of the client's own statement, such as a constant in it */
  positioned: boolean;
  /** `%Q`, as text, since it is a 64-bit number; null: 0 or absent */
  queryId: string | null;
}
