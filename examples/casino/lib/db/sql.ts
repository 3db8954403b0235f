/** The part of `pg` that the workers and the API routes use. */
export interface SqlClient {
  query<Row extends object>(text: string, values?: unknown[]): Promise<{ rows: Row[]; rowCount: number | null }>;
  release(): void;
}

export interface SqlPool {
  connect(): Promise<SqlClient>;
  /** One statement on whatever connection is free, in a transaction of its own. */
  query<Row extends object>(text: string, values?: unknown[]): Promise<{ rows: Row[]; rowCount: number | null }>;
}
