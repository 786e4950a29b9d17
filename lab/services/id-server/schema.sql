-- The tables that the administrators' read-only role can read, and those that the API needs in addition.
create table users (
  idx serial primary key,
  username text unique,
  name text not null,
  password_digest text,
  preferred_language text not null default 'ko' check (preferred_language in ('ko', 'en')),
  activated boolean not null default true
);
create table student_numbers (
  idx serial primary key,
  student_number text not null unique,
  owner_idx int references users on delete cascade
);
create table email_addresses (
  idx serial primary key,
  -- Null until the address is verified.
  owner_idx int references users on delete cascade,
  address_local text not null,
  address_domain text not null,
  unique (address_local, address_domain)
);
create table groups (
  idx serial primary key,
  owner_group_idx int references groups,
  identifier text not null unique,
  name_ko text not null,
  name_en text not null,
  description_ko text not null,
  description_en text not null
);
create table user_memberships (
  idx serial primary key,
  user_idx int not null references users on delete cascade,
  group_idx int not null references groups on delete cascade,
  unique (user_idx, group_idx)
);
create table pending_user_memberships (
  idx serial primary key,
  user_idx int not null references users on delete cascade,
  group_idx int not null references groups on delete cascade,
  unique (user_idx, group_idx)
);
grant select (idx, username, name, preferred_language, activated) on users to reader;
grant select on groups, user_memberships, pending_user_memberships, email_addresses to reader;
