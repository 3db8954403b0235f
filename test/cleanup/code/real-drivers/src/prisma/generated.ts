import {
  getPrismaClient,
  type GetPrismaClientConfig,
  type ITXClientDenyList,
  type Types,
} from "@prisma/client/runtime/client";
import type { PrismaPg } from "@prisma/adapter-pg";

// What `prisma generate` writes, for a schema without a model: the raw statements and the transactions, with the types
// that a generated client has for them. The command itself downloads an engine for migrations, which no test needs.

type PrismaPromise<Result> = Types.Public.PrismaPromise<Result>;

export interface PrismaClient {
  $executeRaw(query: TemplateStringsArray, ...values: unknown[]): PrismaPromise<number>;
  $executeRawUnsafe(query: string, ...values: unknown[]): PrismaPromise<number>;
  $queryRaw<Result = unknown>(query: TemplateStringsArray, ...values: unknown[]): PrismaPromise<Result>;
  $queryRawUnsafe<Result = unknown>(query: string, ...values: unknown[]): PrismaPromise<Result>;
  $transaction<All extends PrismaPromise<unknown>[]>(all: [...All]): Promise<Types.Utils.UnwrapTuple<All>>;
  $transaction<Result>(work: (tx: Omit<PrismaClient, ITXClientDenyList>) => Promise<Result>): Promise<Result>;
  $disconnect(): Promise<void>;
}

/** No library of types that this project uses has it. */
const { WebAssembly } = globalThis as unknown as { WebAssembly: { Module: new (bytes: Uint8Array) => unknown } };

const BY_POSTGRESQL = "@prisma/client/runtime/query_compiler_fast_bg.postgresql";

const config: GetPrismaClientConfig = {
  previewFeatures: [],
  clientVersion: "7",
  engineVersion: "",
  activeProvider: "postgresql",
  inlineSchema: 'datasource db {\n  provider = "postgresql"\n}\n',
  runtimeDataModel: { models: {}, enums: {}, types: {} },
  parameterizationSchema: { strings: [], graph: "AAAA" },
  compilerWasm: {
    getRuntime: async () => import(`${BY_POSTGRESQL}.mjs`),
    getQueryCompilerWasmModule: async () => {
      const { wasm } = (await import(`${BY_POSTGRESQL}.wasm-base64.mjs`)) as { wasm: string };
      return new WebAssembly.Module(Buffer.from(wasm, "base64"));
    },
    importName: "./query_compiler_fast_bg.js",
  },
};

export const PrismaClient = getPrismaClient(config) as unknown as new (options: { adapter: PrismaPg }) => PrismaClient;
