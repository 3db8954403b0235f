/**
 * The part of @supabase/supabase-js that this application uses, so that `tsc` needs no installed copy of the client.
 * The names and the results are those of the package, version 2.
 */
declare module "@supabase/supabase-js" {
  interface GenericDatabase {
    public: {
      Tables: Record<string, { Row: object; Insert: object; Update: object }>;
      Views: Record<string, { Row: object }>;
      Functions: Record<string, { Args: object; Returns: unknown }>;
    };
  }

  export interface PostgrestError {
    code: string;
    message: string;
    details: string | null;
    hint: string | null;
  }

  export type PostgrestSingleResponse<Data> =
    | { data: Data; error: null; status: number }
    | { data: null; error: PostgrestError; status: number };

  type ColumnsIn<List extends string> = List extends `${infer First}, ${infer Rest}` ? First | ColumnsIn<Rest> : List;
  type Selected<Row, List extends string> = List extends "*" ? Row : Pick<Row, ColumnsIn<List> & keyof Row>;
  type Name<Row> = keyof Row & string;

  export interface PostgrestFilterBuilder<Row, Result> extends PromiseLike<PostgrestSingleResponse<Result>> {
    eq<Column extends Name<Row>>(column: Column, value: NonNullable<Row[Column]>): this;
    neq<Column extends Name<Row>>(column: Column, value: NonNullable<Row[Column]>): this;
    gt<Column extends Name<Row>>(column: Column, value: NonNullable<Row[Column]>): this;
    gte<Column extends Name<Row>>(column: Column, value: NonNullable<Row[Column]>): this;
    lt<Column extends Name<Row>>(column: Column, value: NonNullable<Row[Column]>): this;
    lte<Column extends Name<Row>>(column: Column, value: NonNullable<Row[Column]>): this;
    ilike(column: Name<Row>, pattern: string): this;
    in<Column extends Name<Row>>(column: Column, values: readonly NonNullable<Row[Column]>[]): this;
    is(column: Name<Row>, value: null | boolean): this;
    order(column: Name<Row>, options?: { ascending?: boolean }): this;
    limit(count: number): this;
    single(): PromiseLike<PostgrestSingleResponse<Result extends readonly (infer One)[] ? One : never>>;
    maybeSingle(): PromiseLike<PostgrestSingleResponse<Result extends readonly (infer One)[] ? One | null : never>>;
  }

  export interface PostgrestMutation<Row> extends PostgrestFilterBuilder<Row, null> {
    select<List extends string>(columns: List): PostgrestFilterBuilder<Row, Selected<Row, List>[]>;
  }

  export interface PostgrestQueryBuilder<Row, Insert, Update> {
    select<List extends string>(columns: List): PostgrestFilterBuilder<Row, Selected<Row, List>[]>;
    insert(values: Insert | Insert[]): PostgrestMutation<Row>;
    update(values: Update): PostgrestMutation<Row>;
    delete(): PostgrestMutation<Row>;
  }

  export interface User {
    id: string;
    email?: string;
    app_metadata: Record<string, unknown>;
  }

  export interface AuthError {
    message: string;
    status: number;
  }

  type RowOf<Db extends GenericDatabase, Relation> = Relation extends keyof Db["public"]["Tables"]
    ? Db["public"]["Tables"][Relation]["Row"]
    : Relation extends keyof Db["public"]["Views"]
      ? Db["public"]["Views"][Relation]["Row"]
      : never;
  type InsertOf<Db extends GenericDatabase, Relation> = Relation extends keyof Db["public"]["Tables"]
    ? Db["public"]["Tables"][Relation]["Insert"]
    : never;
  type UpdateOf<Db extends GenericDatabase, Relation> = Relation extends keyof Db["public"]["Tables"]
    ? Db["public"]["Tables"][Relation]["Update"]
    : never;

  export interface SupabaseClient<Db extends GenericDatabase> {
    from<Relation extends (keyof Db["public"]["Tables"] | keyof Db["public"]["Views"]) & string>(
      relation: Relation,
    ): PostgrestQueryBuilder<RowOf<Db, Relation>, InsertOf<Db, Relation>, UpdateOf<Db, Relation>>;
    rpc<Fn extends keyof Db["public"]["Functions"] & string>(
      fn: Fn,
      args: Db["public"]["Functions"][Fn]["Args"],
    ): PromiseLike<PostgrestSingleResponse<Db["public"]["Functions"][Fn]["Returns"]>>;
    auth: {
      getUser(): Promise<{ data: { user: User }; error: null } | { data: { user: null }; error: AuthError }>;
    };
  }

  export interface ClientOptions {
    auth?: { persistSession?: boolean; autoRefreshToken?: boolean };
    global?: { headers?: Record<string, string> };
  }

  export function createClient<Db extends GenericDatabase>(
    url: string,
    key: string,
    options?: ClientOptions,
  ): SupabaseClient<Db>;
}
