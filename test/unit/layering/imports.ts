import { globSync } from 'node:fs';
import path from 'node:path';
import { isCallExpression, type Node, type SourceFile, SyntaxKind } from 'typescript/unstable/ast';
import { API } from 'typescript/unstable/sync';

interface Layer {
  readonly files: RegExp;
  /** Files of the repository that may be imported, from its root. */
  readonly mayImport: RegExp;
  /** Packages and `node:` modules that may be imported. */
  readonly packages: RegExp;
  /** Files of which types may be imported, besides. */
  readonly types?: RegExp;
  readonly rule: string;
}

const ANY = /^/;
const NONE = /^$/;
const NO_SDK = /^(?!@aws-sdk\/|@smithy\/)/;

/** Imports run one way: functions ─▶ lib ─▶ lib/domain, with lib/aws handed in. The first layer that has a file counts. */
const LAYERS: readonly Layer[] = [
  {
    files: /^lib\/domain\//,
    mayImport: /^lib\/domain\//,
    packages: NONE,
    rule: 'lib/domain imports nothing outside itself',
  },
  {
    files: /^lib\/aws\//,
    mayImport: /^lib\/(?!compose)/,
    packages: ANY,
    rule: 'lib/aws imports lib, and packages',
  },
  {
    files: /^lib\/compose(-notifier|-api)?\.ts$/,
    mayImport: /^lib\//,
    packages: NO_SDK,
    rule: 'lib/compose*.ts import lib, and not the SDK',
  },
  {
    files: /^lib\//,
    mayImport: /^(lib\/(?!aws\/)|events\/schemas\/)/,
    packages: NO_SDK,
    rule: 'lib imports itself and the schemas of events, neither lib/aws nor the SDK',
  },
  {
    files: /^functions\//,
    mayImport: /^((functions|lib)\/|rules\.yml$|api\/openapi\.yml$)/,
    packages: NO_SDK,
    rule: 'functions import lib, the rule file and the description of the API, and not the SDK',
  },
  {
    files: /^web\/src\//,
    mayImport: /^web\/src\//,
    packages: /^(preact|@preact\/signals|preact-iso|uplot|oauth4webapi)(\/|$)/,
    types: /^lib\/api\/generated\//,
    rule: 'web/src imports itself, five packages, and types of the API',
  },
];

/** A package of the workspace stands alone. */
const PACKAGE = /^packages\/[\w-]+\//;

function layerOf(file: string): Layer | undefined {
  const [folder] = PACKAGE.exec(file) ?? [];
  if (folder === undefined) return LAYERS.find(({ files }) => files.test(file));
  const own = new RegExp(`^${folder}`);
  return {
    files: own,
    mayImport: own,
    packages: ANY,
    rule: `${folder} imports nothing else of the repository`,
  };
}

/** What the layers of a repository import: values and types, statically and dynamically, and what they hand on. */
export interface Layering {
  /** The files that belong to a layer, from the root. */
  readonly files: readonly string[];
  /** `file:line imports module: rule` */
  readonly violations: readonly string[];
}

/** Reads the imports of the projects whose tsconfig.json is in `root` or in its folder `web`, as the compiler sees them. */
export function checkLayering(root: string): Layering {
  const api = new API({ cwd: root });
  try {
    const openProjects = globSync(['tsconfig.json', 'web/tsconfig.json'], { cwd: root }).map((file) =>
      path.join(root, file),
    );
    const projects = api.updateSnapshot({ openProjects }).getProjects();
    const sources = projects.flatMap(({ rootFiles, program }) =>
      rootFiles.flatMap((name) => program.getSourceFile(name) ?? []),
    );
    const checked = sources.flatMap((source) => {
      const file = path.relative(root, source.fileName);
      const layer = layerOf(file);
      return layer === undefined ? [] : [{ file, violations: violationsOf(file, source, layer) }];
    });
    return {
      files: checked.map(({ file }) => file),
      violations: checked.flatMap(({ violations }) => violations),
    };
  } finally {
    api.close();
  }
}

function violationsOf(file: string, source: SourceFile, layer: Layer): string[] {
  const lineOf = (node: Node) => source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
  const forbidden = source.imports
    .map((node) => ({ node, name: node.getText().slice(1, -1) }))
    .filter(({ node, name }) => !isAllowed({ file, name, isType: isTypeOnly(node) }, layer))
    .map(({ node, name }) => `${file}:${lineOf(node)} imports ${name}: ${layer.rule}`);
  const computed = computedImports(source).map(
    (node) => `${file}:${lineOf(node)} imports what it computes: nobody can tell what`,
  );
  return [...forbidden, ...computed];
}

interface Import {
  readonly file: string;
  readonly name: string;
  readonly isType: boolean;
}

function isAllowed({ file, name, isType }: Import, { mayImport, packages, types }: Layer): boolean {
  if (!name.startsWith('.')) return packages.test(name) && !path.isAbsolute(name);
  const target = path.join(path.dirname(file), name);
  return mayImport.test(target) || (isType && types?.test(target) === true);
}

/** Whether nothing of an import is left when the types are gone. */
function isTypeOnly({ parent }: Node): boolean {
  return /^(import|export) type\b/.test(parent.getText());
}

/** Dynamic imports of which the compiler cannot tell what they import. */
function computedImports(node: Node): Node[] {
  const found: Node[] = [];
  const visit = (child: Node) => {
    if (isCallExpression(child) && child.expression.kind === SyntaxKind.ImportKeyword) {
      const [name] = child.arguments;
      if (name?.kind !== SyntaxKind.StringLiteral && name?.kind !== SyntaxKind.NoSubstitutionTemplateLiteral)
        found.push(child);
    }
    child.forEachChild(visit);
  };
  visit(node);
  return found;
}
