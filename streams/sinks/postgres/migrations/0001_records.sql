-- One row a record. `value` is the record as it stood in `enriched`, byte for byte; all else is made from it to be
-- searched by. Times are nanoseconds since 1970, as OpenTelemetry has them: timestamptz would lose three digits.
create table records (
    day date not null,                      -- observed, in UTC
    event_id text collate "C" not null,
    observed_ns bigint not null,
    happened_ns bigint not null,            -- the record's own time, else the observed one
    signal text collate "C" not null,
    severity smallint not null,
    service text collate "C" not null,
    trace_id text collate "C",
    exemplar_traces text[] collate "C",     -- the traces that a metric's exemplars name
    body jsonb not null,
    attributes jsonb not null,
    resource jsonb not null,
    words tsvector not null,
    value bytea not null,
    primary key (day, event_id)
) partition by range (day);

-- Days that nobody expects, because clocks may say anything: they must not make a partition each.
create table records_overflow partition of records default;

create index on records (trace_id) where trace_id is not null;
create index on records using gin (exemplar_traces) where exemplar_traces is not null;
create index on records (observed_ns);
create index on records (service, observed_ns);
create index on records (signal, observed_ns);
create index on records (observed_ns) where severity >= 13;
create index on records using gin (words);

-- How many records were stored, counted once each.
create table minutes (
    minute bigint not null,                 -- since 1970
    service text collate "C" not null,
    signal text collate "C" not null,
    severity smallint not null,
    records bigint not null,
    primary key (minute, service, signal, severity)
) with (fillfactor = 50);
