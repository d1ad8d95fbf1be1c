/** The public names of a package entry and what kind of thing each one is, found by following re-exports. */
import { posix } from 'node:path';
import { boundNames, nameOf, nodesOf, type ParsedFile, parseSource, type SyntaxNode } from './syntax.ts';

/** The text of a source file, or null when there is none. */
export type ReadSource = (path: string) => string | null;

export interface ExportList {
  /** `kind name`, sorted by name. A name that is a value and a type has a line for each. */
  readonly lines: readonly string[];
  readonly problems: readonly string[];
}

export function listExports(entry: string, read: ReadSource): ExportList {
  const files = new Map<string, ParsedFile | null>();
  const open = (path: string): ParsedFile | null => {
    const known = files.get(path);
    if (known !== undefined) return known;
    const text = read(path);
    const file = text === null ? null : parseSource({ path, text });
    files.set(path, file);
    return file;
  };

  const file = open(entry);
  if (file === null) return { lines: [], problems: [`${entry} does not exist`] };
  const found: { name: string; kind: string }[] = [];
  const problems: string[] = [];
  for (const name of exportedNames(file)) {
    if (name === '*') {
      problems.push(`${entry}: "export *" hides what is public; list the names`);
      continue;
    }
    const kinds = kindsOf(file, name, open, new Set());
    if (kinds.length === 0) problems.push(`${entry}: cannot find what ${name} is`);
    for (const kind of kinds) found.push({ name, kind });
  }
  found.sort((a, b) => compare(a.name, b.name) || compare(a.kind, b.kind));
  return { lines: [...new Set(found.map(({ kind, name }) => `${kind} ${name}`))], problems };
}

function exportedNames(file: ParsedFile): readonly string[] {
  const names = file.body.flatMap((statement) => {
    switch (statement.type) {
      case 'ExportDefaultDeclaration':
        return ['default'];
      case 'ExportAllDeclaration':
        return [statement.exported ? nameOf(statement.exported) : '*'];
      case 'ExportNamedDeclaration':
        return [
          ...nodesOf(statement.specifiers).map((one) => nameOf(one.exported)),
          ...nodesOf(statement.declaration).flatMap(declaredNames),
        ];
      default:
        return [];
    }
  });
  return [...new Set(names)];
}

/** What `name`, as exported by `file`, is. Empty when that cannot be found out. */
function kindsOf(
  file: ParsedFile,
  name: string,
  open: (path: string) => ParsedFile | null,
  visited: Set<string>,
): readonly string[] {
  const key = `${file.path} ${name}`;
  if (visited.has(key)) return [];
  visited.add(key);

  return file.body.flatMap((statement): readonly string[] => {
    if (statement.type === 'ExportDefaultDeclaration' && name === 'default') {
      return nodesOf(statement.declaration).flatMap((declaration) =>
        declaration.type === 'Identifier'
          ? localKinds(file, nameOf(declaration), open, visited)
          : [kindOf(declaration)],
      );
    }
    if (statement.type === 'ExportAllDeclaration') {
      if (statement.exported) return nameOf(statement.exported) === name ? ['namespace'] : [];
      return fromModule(file, nameOf(statement.source), name, open, visited);
    }
    if (statement.type !== 'ExportNamedDeclaration') return [];
    const declared = nodesOf(statement.declaration).filter((one) => declaredNames(one).includes(name));
    const specified = nodesOf(statement.specifiers)
      .filter((one) => nameOf(one.exported) === name)
      .flatMap((one) => {
        const local = nameOf(one.local);
        const kinds = statement.source
          ? fromModule(file, nameOf(statement.source), local, open, visited)
          : localKinds(file, local, open, visited);
        const typeOnly = statement.exportKind === 'type' || one.exportKind === 'type';
        return typeOnly ? kinds.map(asType) : kinds;
      });
    return [...declared.map(kindOf), ...specified];
  });
}

/** A name of the file itself: declared in it, or imported into it. */
function localKinds(
  file: ParsedFile,
  name: string,
  open: (path: string) => ParsedFile | null,
  visited: Set<string>,
): readonly string[] {
  return file.body.flatMap((statement) => {
    if (statement.type !== 'ImportDeclaration') {
      return [statement, ...nodesOf(statement.declaration)]
        .filter((one) => declaredNames(one).includes(name))
        .map(kindOf);
    }
    return nodesOf(statement.specifiers)
      .filter((one) => nameOf(one.local) === name)
      .flatMap((one) => {
        if (one.type === 'ImportNamespaceSpecifier') return ['namespace'];
        const imported = one.type === 'ImportDefaultSpecifier' ? 'default' : nameOf(one.imported);
        return fromModule(file, nameOf(statement.source), imported, open, visited);
      });
  });
}

function fromModule(
  file: ParsedFile,
  specifier: string,
  name: string,
  open: (path: string) => ParsedFile | null,
  visited: Set<string>,
): readonly string[] {
  // A name passed on from another package belongs to that package's own list.
  if (!specifier.startsWith('.')) return [`from ${specifier}:`];
  const target = open(posix.join(posix.dirname(file.path), specifier));
  return target === null ? [] : kindsOf(target, name, open, visited);
}

function declaredNames(node: SyntaxNode): readonly string[] {
  if (node.type === 'VariableDeclaration') {
    return nodesOf(node.declarations).flatMap((one) => nodesOf(one.id).flatMap(boundNames));
  }
  return /^(Function|Class|TS(TypeAlias|Interface|Enum|DeclareFunction))/.test(node.type)
    ? nodesOf(node.id).map(nameOf)
    : [];
}

function kindOf(declaration: SyntaxNode): string {
  switch (declaration.type) {
    case 'VariableDeclaration':
      return String(declaration.kind);
    case 'FunctionDeclaration':
    case 'TSDeclareFunction':
      return 'function';
    case 'ClassDeclaration':
      return 'class';
    case 'TSInterfaceDeclaration':
      return 'interface';
    case 'TSTypeAliasDeclaration':
      return 'type';
    case 'TSEnumDeclaration':
      return 'enum';
    default:
      return 'const';
  }
}

function asType(kind: string): string {
  return kind === 'type' || kind === 'interface' ? kind : `type of ${kind}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
