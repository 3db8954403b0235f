import { join } from "node:path";
import type { Command } from "commander";
import { readWorkTree } from "../../pipeline/code-files.ts";
import { defaultTemplate, makeDocuments } from "../../pipeline/documents.ts";
import { configOf } from "../../pipeline/ready.ts";
import { openSource } from "../../pipeline/source.ts";
import { staleMentions } from "../../pipeline/stale-mentions.ts";
import { renderMentions, renderParts, wordsIn } from "../../report/documents-terminal.ts";
import { withDocs, type DocsFlags } from "../docs-options.ts";
import { exitOfDocuments } from "../exit.ts";
import { printResult } from "../json-output.ts";
import { projectOptions, sayReplay, sayWritten } from "../options.ts";
import { recordedOf } from "../record.ts";
import { printForProgram } from "../terminal.ts";

export function docsCommand(command: Command, done: (exit: number) => void): void {
  withDocs(command).action(async (project: string, flags: DocsFlags) => {
    if (flags.template !== undefined) return printForProgram(defaultTemplate(flags.template));
    const options = await projectOptions(project, flags);
    const { projectDir } = options;
    const source = await openSource(options);
    try {
      const config = configOf(source);
      sayReplay(source);
      const tree = await readWorkTree(projectDir);
      const write = flags.write ?? !(flags.check || flags.stale);
      const mayLack = !write && !flags.check;
      const documents = await makeDocuments(source, config, { projectDir, write, mayLack, tree });
      const stale = flags.stale ? await staleMentions(source, config, { projectDir, tree }) : null;
      const { parts, files, written } = documents;
      const paths = files.map(({ path }) => path);
      printResult(
        flags.format,
        { format: "rlsmith-documents", formatVersion: 1, parts, files: paths, written, stale },
        (colours) =>
          [
            ...(parts.length > 0 ? [renderParts(parts, written, colours)] : []),
            ...(stale ? [renderMentions(stale, colours)] : []),
          ].join("\n\n"),
      );
      if (written) sayWritten(paths.map((path) => join(projectDir, path)));
      const exit = exitOfDocuments(documents, stale);
      if (stale === null || !flags.check) return done(exit);
      const outOfDate = parts.filter(({ state }) => state === "out of date" || state === "missing").length;
      const { mentions } = stale;
      const figures = { parts: parts.length, outOfDate, mentions: mentions.length, words: wordsIn(mentions) };
      done(await recordedOf(options, flags.target, exit, { fact: { kind: "documents", ...figures } }));
    } finally {
      await source.close();
    }
  });
}
