export { defineConfig, type UserConfig } from "./config.ts";
