CREATE TABLE citizen (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- empty once erased (LGPD, article 18)
    name text,
    health_card text UNIQUE,
    born date,
    erased_at timestamptz
);
CREATE TABLE visit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    citizen_id bigint NOT NULL REFERENCES citizen,
    team text NOT NULL,
    day date NOT NULL
);
CREATE INDEX visit_day ON visit (day, team);
CREATE TABLE access_log (
    at timestamptz NOT NULL DEFAULT now(),
    citizen_id bigint NOT NULL,
    by text NOT NULL,
    what text NOT NULL CHECK (what IN ('created', 'read', 'erased'))
);
CREATE INDEX access_log_citizen ON access_log (citizen_id, at);
