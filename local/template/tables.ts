import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import type { Template } from './template.ts';

const keySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));
const indexes = z
  .array(
    z.object({
      IndexName: z.string(),
      KeySchema: keySchema,
      Projection: z.object({
        ProjectionType: z.enum(['ALL', 'INCLUDE', 'KEYS_ONLY']),
        NonKeyAttributes: z.array(z.string()).optional(),
      }),
    }),
  )
  .optional();

const tableProperties = z.object({
  AttributeDefinitions: z.array(
    z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }),
  ),
  KeySchema: keySchema,
  GlobalSecondaryIndexes: indexes,
  LocalSecondaryIndexes: indexes,
  TimeToLiveSpecification: z.object({ AttributeName: z.string(), Enabled: z.boolean() }).optional(),
});

export interface TableDefinition {
  readonly logicalId: string;
  readonly name: string;
  /** Keys and indexes as in the template; billing is always on demand. Backups, encryption and such are left out. */
  readonly createTable: CreateTableCommandInput;
  readonly timeToLiveAttribute: string | undefined;
}

/** The template's DynamoDB tables. */
export function tablesOf(template: Template): readonly TableDefinition[] {
  return template.resourcesOf('AWS::DynamoDB::Table', tableProperties).map((table) => {
    const { TimeToLiveSpecification: timeToLive, ...schema } = table.properties;
    return {
      logicalId: table.logicalId,
      name: table.name,
      createTable: { TableName: table.name, BillingMode: 'PAY_PER_REQUEST', ...schema },
      timeToLiveAttribute: timeToLive?.Enabled ? timeToLive.AttributeName : undefined,
    };
  });
}
