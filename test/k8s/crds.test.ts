import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { generateTypes } from '../../dev/generateTypes.js';

type Schema = Record<string, unknown>;

function schemaOf(plural: string): Schema {
  const text = readFileSync(`k8s/crds/${plural}.yaml`, 'utf8');
  const { spec } = parse(text) as { spec: { versions: [{ schema: { openAPIV3Schema: { properties: Schema } } }] } };
  return spec.versions[0].schema.openAPIV3Schema.properties;
}

/** The schema without what may differ between the two kinds: texts for people and rules. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key, inner]) => {
    return key !== 'x-kubernetes-validations' && !(key === 'description' && typeof inner === 'string');
  });
  return Object.fromEntries(kept.map(([key, inner]) => [key, shapeOf(inner)]));
}

/** Every node of a schema, with its path. */
function* nodesOf(value: unknown, path = ''): Generator<[string, Schema]> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield [path, value as Schema];
  for (const [key, inner] of Object.entries(value)) yield* nodesOf(inner, `${path}.${key}`);
}

describe('the definitions of volumes', () => {
  it('have the same fields, so that both kinds share one type', () => {
    const namespaced = schemaOf('sharedvolumes');
    const cluster = schemaOf('clustersharedvolumes');
    expect(shapeOf(cluster.spec)).toEqual(shapeOf(namespaced.spec));
    expect(shapeOf(cluster.status)).toEqual(shapeOf(namespaced.status));
  });

  it.each(['sharedvolumes', 'clustersharedvolumes'])(
    '%s have no defaults, and every rule says what is wrong',
    (plural) => {
      const rules: Schema[] = [];
      for (const [path, node] of nodesOf(schemaOf(plural))) {
        // A default would be written into manifests that are valid without it; defaults are in code.
        expect([path, Object.hasOwn(node, 'default')]).toEqual([path, false]);
        rules.push(...((node['x-kubernetes-validations'] as Schema[] | undefined) ?? []));
      }
      expect(rules.length).toBeGreaterThan(30);
      expect(rules.filter((rule) => rule.message === undefined && rule.messageExpression === undefined)).toEqual([]);
    },
  );

  it('are what the generated types were made from', async () => {
    expect(await generateTypes(process.cwd(), true)).toEqual([]);
  });
});
