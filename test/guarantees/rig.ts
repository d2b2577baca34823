import type { TableDefinition } from '../../local/template/tables.ts';
import { TABLES } from '../support/tables.ts';
import { World } from '../support/world.ts';

/** The poll reads no index of the history: without them writes cost half. */
const BARE_TABLES: readonly TableDefinition[] = TABLES.map(({ createTable, ...table }) => {
  if (table.logicalId !== 'HistoryTable') return { ...table, createTable };
  const { GlobalSecondaryIndexes: _, ...bare } = createTable;
  const keys = new Set(bare.KeySchema?.map(({ AttributeName }) => AttributeName));
  const AttributeDefinitions = bare.AttributeDefinitions?.filter(({ AttributeName }) =>
    keys.has(AttributeName),
  );
  return { ...table, createTable: { ...bare, AttributeDefinitions } };
});

/** A world that is used again and again: on the DynamoDB that TEST_DYNAMODB_URL names, or on an embedded one without sockets. */
export class Rig {
  readonly #world: World;

  private constructor(world: World) {
    this.#world = world;
  }

  static async start(): Promise<Rig> {
    return new Rig(await World.start({ tables: BARE_TABLES }));
  }

  async emptyWorld(): Promise<World> {
    await this.#world.reset();
    return this.#world;
  }

  close(): Promise<void> {
    return this.#world.close();
  }
}
