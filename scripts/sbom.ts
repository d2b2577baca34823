// Writes the bill of materials (CycloneDX, JSON) of what runs in production: npm run sbom [-- FILE]; `-` is standard output.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { billOf } from './dependencies/bill.ts';
import { ROOT, readLockfile, shippedPackages } from './dependencies/lockfile.ts';
import { npm } from './dependencies/npm.ts';

const [file = 'sbom.cdx.json', ...others] = process.argv.slice(2);
if (others.length > 0 || (file.startsWith('-') && file !== '-')) {
  console.error('npm run sbom [-- FILE], where - is standard output');
  process.exit(2);
}

const { status, output } = await npm(['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only']);
if (status !== 0) {
  console.error(
    `npm sbom ended with ${status}; try it by hand: npm sbom --sbom-format cyclonedx --package-lock-only`,
  );
  process.exit(1);
}
const manifest = z
  .object({ name: z.string() })
  .parse(JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')));
const bill = billOf(output, manifest.name, shippedPackages(readLockfile()));
const text = `${JSON.stringify(bill, undefined, 2)}\n`;
if (file === '-') process.stdout.write(text);
else {
  writeFileSync(file, text);
  console.log(`${file}: ${bill.components.length} packages`);
}
