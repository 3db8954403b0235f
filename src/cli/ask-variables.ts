import * as prompts from "@clack/prompts";
import { loadConfig } from "../config.ts";
import { UnsetVariables } from "../errors.ts";
import { openSource, type ProjectOptions, type Source } from "../pipeline/source.ts";
import { oneLine } from "../report/visible.ts";

/** A source, with the values of variables in its migrations. */
export interface AskedSource {
  source: Source;
  variables: Readonly<Record<string, string>>;
}

/**
 * Open a source without its config, except for the values of variables in the migrations. On a terminal (`ask`), each
 * variable without a value becomes a question. Throws UnsetVariables if one is left without.
 */
export async function openAsking(options: ProjectOptions, ask: boolean): Promise<AskedSource> {
  let variables = await configuredVariables(options);
  for (;;)
    try {
      return { source: await openSource({ ...options, config: null, variables }), variables };
    } catch (error) {
      if (!ask || !(error instanceof UnsetVariables)) throw error;
      for (const name of error.names) {
        const { file, line } = error.unset.find((one) => one.name === name) ?? { file: "", line: 1 };
        const value = await prompts.text({ message: oneLine(`Which value has :${name}? (${file}:${line})`) });
        if (prompts.isCancel(value) || value === undefined || value === "") throw error;
        variables = { ...variables, [name]: value };
      }
    }
}

/** The values that a config has which is about to be replaced. One that cannot be read has none. */
async function configuredVariables({ projectDir, config }: ProjectOptions): Promise<Readonly<Record<string, string>>> {
  try {
    return (await loadConfig(projectDir, config ?? undefined))?.config.migrations?.variables ?? {};
  } catch {
    return {};
  }
}
