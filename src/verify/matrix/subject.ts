import type { FunctionKey, NameKey } from "../../pg/name.ts";

/** `schema.*`: every relation of a schema, made today or tomorrow. */
export type SchemaKey = string & { readonly brand: "SchemaKey" };

/**
 * The object whose rows a cell may reach: a relation; a function that names none; a schema whose relations are still to
 * be created.
 */
export type Subject = NameKey | FunctionKey | SchemaKey;
