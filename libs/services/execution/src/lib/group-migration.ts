import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The orders of a group, and the fills of an order, are found without reading all of the account's. */
export class OrdersOfGroups1700000000022 implements MigrationInterface {
  readonly name = 'OrdersOfGroups1700000000022';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX orders_group ON orders (account_id, (data->'request'->>'ocoGroup'))
        WHERE data->'request'->>'ocoGroup' IS NOT NULL;
      CREATE INDEX fill_order ON fill (account_id, coid);
      CREATE INDEX order_command_order ON order_command (account_id, coid)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX orders_group, fill_order, order_command_order');
  }
}
