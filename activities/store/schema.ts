/**
 * The store's tables, version by version. A version that has been released is never edited: a change is a new entry.
 * JSON is kept as text, so that a plan comes back byte for byte as it went in.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE plan (
    digest   text PRIMARY KEY,
    gate     text NOT NULL,
    binding  text NOT NULL,
    observed text NOT NULL,
    at       timestamptz NOT NULL
  );
  CREATE TABLE document (
    digest text PRIMARY KEY,
    value  text NOT NULL,
    at     timestamptz NOT NULL
  );
  CREATE TABLE named (
    name  text PRIMARY KEY,
    value text NOT NULL,
    at    timestamptz NOT NULL
  );
  CREATE TABLE mail (
    semester   text NOT NULL,
    kind       text NOT NULL,
    edition    integer NOT NULL,
    person     text NOT NULL,
    state      text NOT NULL CHECK (state IN ('intended', 'sent', 'unknown', 'refused', 'no-address')),
    message_id text NOT NULL,
    answer     text,
    at         timestamptz NOT NULL,
    PRIMARY KEY (semester, kind, edition, person)
  );
  `,
  `
  ALTER TABLE mail DROP CONSTRAINT mail_state_check;
  ALTER TABLE mail ADD CONSTRAINT mail_state_check
    CHECK (state IN ('intended', 'sent', 'unknown', 'refused', 'no-address', 'bounced', 'waived'));
  `,
];
