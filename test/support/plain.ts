import { openScratch } from "../../src/scratch/open.ts";
import type { Scratch } from "../../src/scratch/scratch.ts";
import { sharedServer } from "./fork.ts";

/** A database as initdb leaves it, without anything of Supabase, on the server that the files of a worker share. */
export const plainScratch = async (): Promise<Scratch> =>
  openScratch({ kind: "server", url: (await sharedServer()).url, superuser: true }, { platform: { kind: "plain" } });
