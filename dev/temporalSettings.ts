import { parse } from 'yaml';
import { z } from 'zod';

const Port = z.number().int().min(1).max(65_535);

const TemporalSettingsSchema = z.strictObject({
  ip: z.ipv4(),
  port: Port,
  uiPort: Port,
  namespace: z.string().min(1),
  retentionDays: z.number().int().positive(),
  searchAttributes: z.record(
    z.string(),
    z.enum(['Text', 'Keyword', 'Int', 'Double', 'Bool', 'Datetime', 'KeywordList']),
  ),
  dynamicConfig: z.record(z.string(), z.union([z.number(), z.boolean(), z.string()])),
  sqlitePragmas: z.record(z.string(), z.string()),
});

/** How the local Temporal server is set up; what `temporal-dev.yaml` says. */
export type TemporalSettings = z.infer<typeof TemporalSettingsSchema>;

/** Reads `temporal-dev.yaml`. Throws with every field that is wrong: a mistyped one must not pass silently. */
export function parseTemporalSettings(yamlText: string): TemporalSettings {
  const result = TemporalSettingsSchema.safeParse(parse(yamlText));
  if (!result.success) throw new Error(`temporal-dev.yaml is wrong:\n${z.prettifyError(result.error)}`);
  return result.data;
}
