import type { UserConfig } from "./config.ts";

/** Gives the object of `rlsmith.config.ts` its type, and returns it unchanged. */
export const defineConfig = (config: UserConfig): UserConfig => config;
