import { z } from 'zod';
import type { LockedPackage } from './lockfile.ts';

const Component = z.looseObject({ 'bom-ref': z.string(), name: z.string(), version: z.string() });
const Bill = z.looseObject({
  bomFormat: z.literal('CycloneDX'),
  metadata: z.looseObject({ component: Component }),
  components: z.array(Component),
  dependencies: z.array(z.looseObject({ ref: z.string(), dependsOn: z.array(z.string()) })),
});

/** A bill of materials in the form of CycloneDX. */
export type Bill = z.infer<typeof Bill>;

/**
 * What npm printed, without what is not shipped. npm's own `--omit dev` leaves out too much: also packages that run in production,
 * if a package of the development needs them too. And it takes names of folders for the names of our own packages.
 *
 * @throws where a package that is shipped is not in it
 */
export function billOf(printed: string, name: string, shipped: readonly LockedPackage[]): Bill {
  const bill = Bill.parse(JSON.parse(printed));
  const root = bill.metadata.component;
  const names = new Map(shipped.map((locked) => [`${locked.name}@${locked.version}`, locked.name]));
  const components = bill.components.flatMap((component) => {
    const known = names.get(component['bom-ref']);
    return known === undefined ? [] : [{ ...component, name: known }];
  });
  const listed = new Set(components.map((component) => component['bom-ref']));
  const missing = [...names.keys()].filter((ref) => !listed.has(ref));
  if (missing.length > 0) throw new Error(`npm's bill of materials lacks ${missing.join(', ')}`);
  const isPart = (ref: string) => listed.has(ref) || ref === root['bom-ref'];
  return {
    ...bill,
    metadata: { ...bill.metadata, component: { ...root, name } },
    components: components.map((component) => withoutDevelopment(component)),
    dependencies: bill.dependencies
      .filter(({ ref }) => isPart(ref))
      .map((entry) => ({ ...entry, dependsOn: entry.dependsOn.filter(isPart) })),
  };
}

const Properties = z.array(z.looseObject({ name: z.string() })).default([]);

/** To npm, a package of the dashboard is one of the development, and as such not required. */
function withoutDevelopment(component: z.infer<typeof Component>): z.infer<typeof Component> {
  const properties = Properties.parse(component.properties);
  return {
    ...component,
    scope: 'required',
    properties: properties.filter((property) => property.name !== 'cdx:npm:package:development'),
  };
}
