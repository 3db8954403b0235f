/** The parts of documents that rlsmith writes: a name in a marker and in the config. */
export const DOCUMENT_PARTS = ["overview", "matrix", "functions", "roles", "changes", "onboarding"] as const;

export type DocumentPart = (typeof DOCUMENT_PARTS)[number];
