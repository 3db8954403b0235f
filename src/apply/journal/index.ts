/** The journal on the target. */
export { inForce, openJournal, readJournal, sendEntries, writeEntries, writeEntriesIfThere } from "./journal.ts";
export type { Detail, Entry, NewEntry, Written } from "./journal.ts";
export { repairNote } from "./supabase-history.ts";
