import type { OutputPlace } from "../migration-tools/index.ts";
import type { Source } from "./source.ts";
import { resolve } from "node:path";

/** The folder of the project's migrations; for a live database, or if a folder is named, an output folder. */
export const outputPlace = ({ origin }: Source, projectDir: string, outDir: string | null): OutputPlace =>
  outDir !== null || origin.kind === "live"
    ? { layout: "plain", folder: resolve(projectDir, outDir ?? "rlsmith/migrations"), projectDir }
    : { layout: origin.folder.layout, folder: origin.folder.folder, projectDir };
