/** psql: its variables, and its commands in a file of SQL. */
export { missingIn, type Missing } from "./missing.ts";
export { readScript, type PsqlCommand, type Script } from "./script.ts";
