/** The journal on the target. */
export { inForce, readJournal, writeEntries, writeEntriesIfThere } from "./journal.ts";
export type { Detail, Entry, NewEntry } from "./journal.ts";
export { repairNote } from "./supabase-history.ts";
