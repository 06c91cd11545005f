import { compile, type JSONSchema } from 'json-schema-to-typescript';
import { parse } from 'yaml';

interface Definition {
  readonly spec: {
    readonly versions: readonly {
      readonly schema: { readonly openAPIV3Schema: { properties: Record<string, JSONSchema> } };
    }[];
  };
}

const STYLE = { printWidth: 120, singleQuote: true, trailingComma: 'all', bracketSpacing: true } as const;

/** A doc comment that takes three lines for one. */
const ONE_LINE_COMMENT = /\/\*\*\n *\* (.*)\n *\*\//g;

/**
 * The types of `spec` and `status` of a custom resource definition, as a module.
 * Every object schema with a `title` becomes an exported interface of that name; equal titles share one interface.
 */
export async function compileTypes(definitionYaml: string, sourceName: string): Promise<string> {
  const definition = parse(definitionYaml) as Definition;
  const { spec, status } = definition.spec.versions[0]?.schema.openAPIV3Schema.properties ?? {};
  if (spec === undefined || status === undefined) throw new Error(`${sourceName} has no schema for spec and status`);
  const named = new Map<string, JSONSchema>();
  hoist(spec, named);
  hoist(status, named);
  const parts = [`/* Generated from ${sourceName} by npm run generate. Change it there. */\n`];
  for (const [title, schema] of named) {
    parts.push(await compile(schema, title, { additionalProperties: false, bannerComment: '', style: STYLE }));
  }
  return parts.join('\n').replaceAll(ONE_LINE_COMMENT, '/** $1 */');
}

/** Moves titled object schemas into `named`, inner ones first, and leaves a reference by type name where they stood. */
function hoist(schema: JSONSchema, named: Map<string, JSONSchema>): JSONSchema {
  const { title, description, properties = {}, items } = schema;
  const plain: JSONSchema = { ...schema };
  if (Object.keys(properties).length > 0) {
    plain.properties = Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, hoist(value, named)]));
  }
  // What the items are is said at their interface, once.
  if (items !== undefined) plain.items = { ...hoist(items, named), description: '' };
  if (title === undefined) return plain;
  const first = named.get(title);
  if (first === undefined) named.set(title, plain);
  // An interface that is used for several things is described where it is used.
  else if (first.description !== description) delete first.description;
  return { ...(description === undefined ? {} : { description }), tsType: title };
}
