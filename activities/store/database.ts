/** A row as both drivers return it. */
export type Row = Readonly<Record<string, unknown>>;

/** The database operations of the store, for PostgreSQL over the network and embedded. */
export interface Database {
  /** One statement with `$1 …` parameters. */
  query(text: string, params?: readonly unknown[]): Promise<readonly Row[]>;
  /** Runs statements, separated by semicolons, in one transaction. */
  script(text: string): Promise<void>;
  /** Runs `work` in one transaction, which sees one state of the data. It is undone if `work` throws. */
  transaction<T>(work: (query: Database['query']) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
