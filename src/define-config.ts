import type { UserConfig } from "./config.ts";

/** Types the object of `rlsmith.config.ts`; returns it as it is. */
export const defineConfig = (config: UserConfig): UserConfig => config;
