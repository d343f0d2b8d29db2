import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Lets tables of the schema be partitioned by the time at which rows are stored: `partitioned` lists them, and
 * `maintain_partitions()` makes partitions ahead and drops those that are past their time. A service that partitions
 * lists this with its migrations.
 *
 * The function runs with the rights of its owner, so that a service whose role may make and drop no tables can call it;
 * the list, which says how long rows are kept, is the owner's alone.
 */
export class CreatePartitioning1700000000001 implements MigrationInterface {
  readonly name = 'CreatePartitioning1700000000001';

  async up(runner: QueryRunner): Promise<void> {
    const [{ schema }] = (await runner.query('SELECT quote_ident(current_schema()) AS schema')) as [{ schema: string }];
    // Temporary objects last, or a caller could put its own in the place of ours.
    const settings = `SET search_path = ${schema}, pg_temp SET timezone = 'UTC' SET lock_timeout = '3s'`;
    await runner.query(`
      CREATE TABLE partitioned (
        name            text PRIMARY KEY,
        months          integer NOT NULL CHECK (months IN (1, 2, 3, 4, 6, 12)),
        ahead           integer NOT NULL CHECK (ahead > 0),
        keep_days       integer NOT NULL CHECK (keep_days >= 30),
        unique_columns  text NOT NULL,
        needed          text NOT NULL DEFAULT 'false'
      );
      COMMENT ON COLUMN partitioned.needed IS 'Condition on a row e: a partition with such a row is kept for longer.';
      CREATE FUNCTION maintain_partitions_at(at timestamptz) RETURNS TABLE (change text, partition text)
      LANGUAGE plpgsql ${settings} AS $$
      ${MAINTAIN}
      $$;
      REVOKE ALL ON FUNCTION maintain_partitions_at FROM PUBLIC;
      CREATE FUNCTION maintain_partitions() RETURNS TABLE (change text, partition text)
      LANGUAGE sql SECURITY DEFINER ${settings} AS $$ SELECT * FROM maintain_partitions_at(now()) $$;
      REVOKE ALL ON FUNCTION maintain_partitions FROM PUBLIC;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP FUNCTION maintain_partitions; DROP FUNCTION maintain_partitions_at; DROP TABLE partitioned',
    );
  }
}

/** Rows that no partition was there for are in `<table>_rest`; they move when theirs is made. */
const MAINTAIN = `
DECLARE
  t partitioned%ROWTYPE;
  this_month timestamptz := date_trunc('month', at);
  from_at timestamptz;
  to_at timestamptz;
  old record;
  is_needed boolean;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('trading partitions of ' || current_schema(), 0));
  FOR t IN SELECT * FROM partitioned ORDER BY name LOOP
    FOR n IN 0..t.ahead LOOP
      from_at := this_month + make_interval(months => n * t.months - (extract(month FROM at)::int - 1) % t.months);
      to_at := from_at + make_interval(months => t.months);
      partition := t.name || to_char(from_at, '"_y"YYYY"m"MM');
      CONTINUE WHEN to_regclass(quote_ident(partition)) IS NOT NULL;
      EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', t.name || '_rest');
      EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', partition, t.name);
      EXECUTE format(
        'WITH moved AS (DELETE FROM %I WHERE stored >= %L AND stored < %L RETURNING *) INSERT INTO %I SELECT * FROM moved',
        t.name || '_rest', from_at, to_at, partition);
      EXECUTE format('CREATE UNIQUE INDEX ON %I (%s)', partition, t.unique_columns);
      EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', t.name, partition, from_at, to_at);
      change := 'made';
      RETURN NEXT;
    END LOOP;
    FOR old IN
      SELECT c.relname::text AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = to_regclass(quote_ident(t.name)) AND c.relname <> t.name || '_rest'
        AND substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO \\(''([^'']+)''\\)')::timestamptz
          <= at - make_interval(days => t.keep_days)
      ORDER BY 1
    LOOP
      EXECUTE format('SELECT EXISTS (SELECT FROM %I e WHERE %s)', old.name, t.needed) INTO is_needed;
      partition := old.name;
      change := CASE WHEN is_needed THEN 'kept' ELSE 'dropped' END;
      IF NOT is_needed THEN EXECUTE format('DROP TABLE %I', old.name); END IF;
      RETURN NEXT;
    END LOOP;
  END LOOP;
END`;
