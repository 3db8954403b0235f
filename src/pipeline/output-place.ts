import type { OutputPlace } from "../migration-tools/index.ts";
import type { Source } from "./source.ts";
import { resolve } from "node:path";

/** The folder of the project's migrations, or of its own for a live database and where one is named. */
export const outputPlace = ({ origin }: Source, projectDir: string, outDir: string | null): OutputPlace =>
  outDir !== null || origin.kind === "live"
    ? { layout: "plain", folder: resolve(projectDir, outDir ?? "rlsmith/migrations"), projectDir }
    : { layout: origin.folder.layout, folder: origin.folder.folder, projectDir };
