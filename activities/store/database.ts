/** A row as both drivers return it. */
export type Row = Readonly<Record<string, unknown>>;

/** What the store needs of PostgreSQL, whether it runs beside the worker or inside it. */
export interface Database {
  /** One statement with `$1 …` parameters. */
  query(text: string, params?: readonly unknown[]): Promise<readonly Row[]>;
  /** Runs statements, separated by semicolons, in one transaction. */
  script(text: string): Promise<void>;
  close(): Promise<void>;
}
