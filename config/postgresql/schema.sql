-- The tables of Stockpot's coordinators: one database, or one schema of it, for each cluster.
-- Run it as the user that the coordinators connect as; it does no harm to tables that are there:
--   psql -v ON_ERROR_STOP=1 -f schema.sql 'postgresql://stockpot@host/stockpot'

-- Events and snapshots, as pekko-persistence-jdbc 1.1 asks for them.
create table if not exists event_journal (
  ordering bigserial unique,
  persistence_id varchar(255) not null,
  sequence_number bigint not null,
  deleted boolean default false not null,
  writer varchar(255) not null,
  write_timestamp bigint,
  adapter_manifest varchar(255),
  event_ser_id integer not null,
  event_ser_manifest varchar(255) not null,
  event_payload bytea not null,
  meta_ser_id integer,
  meta_ser_manifest varchar(255),
  meta_payload bytea,
  primary key (persistence_id, sequence_number)
);

create table if not exists event_tag (
  event_id bigint references event_journal (ordering) on delete cascade,
  tag varchar(256),
  primary key (event_id, tag)
);

create table if not exists snapshot (
  persistence_id varchar(255) not null,
  sequence_number bigint not null,
  created bigint not null,
  snapshot_ser_id integer not null,
  snapshot_ser_manifest varchar(255) not null,
  snapshot_payload bytea not null,
  meta_ser_id integer,
  meta_ser_manifest varchar(255),
  meta_payload bytea,
  primary key (persistence_id, sequence_number)
);

-- Who may coordinate. The epoch grows by every change of the holder.
-- Row locks: the holder takes KEY SHARE while it commits, which its own renewals get along with;
-- whoever takes the tenure over needs UPDATE, and so waits for neither, but does not get it either.
create table if not exists stockpot_tenure (
  cluster text primary key,
  epoch bigint not null,
  holder text not null,
  url text not null,
  term interval not null,
  renewed_at timestamptz not null,
  backend_pid integer not null,
  backend_start timestamptz
);

-- What a deposed coordinator still wants to write is refused. The sessions of its journal say
-- whose they are.
create or replace function stockpot_fence() returns trigger language plpgsql as $$
begin
  perform 1 from stockpot_tenure
    where cluster = current_setting('stockpot.cluster', true)
      and epoch::text = current_setting('stockpot.epoch', true)
    for key share;
  if not found then
    raise exception 'epoch % is over: another coordinator of ''%'' is active',
      current_setting('stockpot.epoch', true), current_setting('stockpot.cluster', true);
  end if;
  return null;
end $$;

do $$
begin
  if not exists (select 1 from pg_trigger
      where tgname = 'stockpot_fence' and tgrelid = 'event_journal'::regclass) then
    create trigger stockpot_fence before insert or update or delete on event_journal
      for each statement execute function stockpot_fence();
    create trigger stockpot_fence before insert or update or delete on snapshot
      for each statement execute function stockpot_fence();
  end if;
end $$;
