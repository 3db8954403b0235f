import { Option, type Command } from "commander";
import { DOCUMENT_PARTS, type DocumentPart } from "../document-parts.ts";
import { withSource, type SourceFlags } from "./options.ts";

/** The flags of `rlsmith docs`. */
export interface DocsFlags extends SourceFlags {
  check?: boolean;
  stale?: boolean;
  write?: boolean;
  template?: DocumentPart;
}

export const withDocs = (command: Command): Command =>
  withSource(command)
    .addOption(
      new Option("--check", "write nothing, and end with 1 if a part is out of date or missing").conflicts("write"),
    )
    .option("--stale", "list the places that still name what is retired, and end with 1 if there are any")
    .option("--write", "with --stale: write the parts first, which removes what rlsmith wrote there itself")
    .addOption(
      new Option("--template <part>", "print the template of a part, to begin one of your own").choices([
        ...DOCUMENT_PARTS,
      ]),
    );
