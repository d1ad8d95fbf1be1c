/**
 * Reading source files as syntax trees: imports, comments, and the names a file uses without declaring them.
 *
 * The parser is the one the page bundler already brings. Its trees are read generically (a node is a type and some
 * children), which is all that these checks need.
 */
import { parseSync } from 'vite';

export interface SourceFile {
  /** From the repository root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly [property: string]: unknown;
}

export interface ParsedFile extends SourceFile {
  readonly body: readonly SyntaxNode[];
  readonly comments: readonly { readonly value: string; readonly start: number }[];
}

export interface ImportOf {
  /** Null for `import(expression)`, whose target only the running program knows. */
  readonly specifier: string | null;
  /** True when nothing is left of the import once the types are gone. */
  readonly typeOnly: boolean;
  readonly start: number;
}

/** Throws on a syntax error, naming the file. */
export function parseSource(file: SourceFile): ParsedFile {
  const { program, comments, errors } = parseSync(file.path, file.text);
  const [first] = errors;
  if (first !== undefined) throw new Error(`${file.path}: ${first.message}`);
  return { ...file, body: program.body as unknown as readonly SyntaxNode[], comments };
}

export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** A property as nodes: one, several or none. */
export function nodesOf(value: unknown): readonly SyntaxNode[] {
  if (Array.isArray(value)) return value.filter(isNode);
  return isNode(value) ? [value] : [];
}

/** The name of an identifier, or the text of a string used in its place. */
export function nameOf(value: unknown): string {
  if (!isNode(value)) return '';
  return String(value.type === 'Literal' ? value.value : value.name);
}

/** Every import and re-export of a file, dynamic and type-level ones included, in the order of the text. */
export function importsOf(file: ParsedFile): readonly ImportOf[] {
  const found: ImportOf[] = [];
  const visit = (node: SyntaxNode): void => {
    const source = node.source;
    switch (node.type) {
      case 'ImportDeclaration':
        found.push({ specifier: nameOf(source), typeOnly: node.importKind === 'type', start: node.start });
        return;
      case 'ExportAllDeclaration':
      case 'ExportNamedDeclaration':
        if (isNode(source)) {
          found.push({ specifier: nameOf(source), typeOnly: node.exportKind === 'type', start: node.start });
        }
        break;
      case 'ImportExpression': {
        const isLiteral = isNode(source) && source.type === 'Literal';
        found.push({ specifier: isLiteral ? nameOf(source) : null, typeOnly: false, start: node.start });
        break;
      }
      case 'TSImportType':
        found.push({ specifier: nameOf(source), typeOnly: true, start: node.start });
        break;
    }
    for (const child of childrenOf(node)) visit(child);
  };
  for (const statement of file.body) visit(statement);
  return found;
}

function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  return Object.values(node).flatMap(nodesOf);
}

// --- names used without a declaration ------------------------------------------------------------------------------

export interface GlobalUse {
  readonly name: string;
  /** The property read from it, as in `Math.random`; null when it is used whole or by a computed name. */
  readonly property: string | null;
  readonly start: number;
}

/**
 * Uses of names that no enclosing scope of the file declares, so which come from the environment. Types are left out.
 * `declare const` does not count as a declaration: it only tells the compiler about a name of the environment.
 * A `var` counts for its own block only; the linter does not allow any.
 */
export function globalUses(file: ParsedFile): readonly GlobalUse[] {
  const uses: GlobalUse[] = [];
  visitAll(file.body, [declaredIn(file.body)]);
  return uses;

  function visitAll(nodes: readonly SyntaxNode[], scopes: readonly ReadonlySet<string>[]): void {
    for (const node of nodes) visit(node, scopes);
  }

  function use(node: SyntaxNode, property: string | null, scopes: readonly ReadonlySet<string>[]): void {
    const name = nameOf(node);
    if (!scopes.some((scope) => scope.has(name))) uses.push({ name, property, start: node.start });
  }

  function visit(node: SyntaxNode, scopes: readonly ReadonlySet<string>[]): void {
    if (node.declare === true) return;
    switch (node.type) {
      case 'Identifier':
        use(node, null, scopes);
        return;
      case 'MemberExpression': {
        const [object] = nodesOf(node.object);
        const property = propertyName(node);
        if (object?.type === 'Identifier') use(object, property, scopes);
        else if (object !== undefined) visit(object, scopes);
        if (node.computed === true) visitAll(nodesOf(node.property), scopes);
        return;
      }
      case 'Property':
      case 'PropertyDefinition':
      case 'AccessorProperty':
      case 'MethodDefinition':
        if (node.computed === true) visitAll(nodesOf(node.key), scopes);
        visitAll(nodesOf(node.decorators), scopes);
        visitAll(nodesOf(node.value), scopes);
        return;
      case 'VariableDeclarator':
        visitPattern(nodesOf(node.id), scopes);
        visitAll(nodesOf(node.init), scopes);
        return;
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression': {
        const params = nodesOf(node.params);
        const own = new Set([...params.flatMap(boundNames), ...nodesOf(node.id).map(nameOf)]);
        const inner = [...scopes, own];
        visitPattern(params, inner);
        visitAll(nodesOf(node.body), inner);
        return;
      }
      case 'ClassDeclaration':
      case 'ClassExpression': {
        const inner = [...scopes, new Set(nodesOf(node.id).map(nameOf))];
        visitAll([...nodesOf(node.decorators), ...nodesOf(node.superClass), ...nodesOf(node.body)], inner);
        return;
      }
      case 'BlockStatement':
      case 'StaticBlock':
        visitAll(nodesOf(node.body), [...scopes, declaredIn(nodesOf(node.body))]);
        return;
      case 'SwitchStatement': {
        visitAll(nodesOf(node.discriminant), scopes);
        const cases = nodesOf(node.cases);
        visitAll(cases, [...scopes, declaredIn(cases.flatMap((one) => nodesOf(one.consequent)))]);
        return;
      }
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement':
        visitAll(childrenOf(node), [...scopes, declaredIn(nodesOf(node.init ?? node.left))]);
        return;
      case 'CatchClause': {
        const params = nodesOf(node.param);
        const inner = [...scopes, new Set(params.flatMap(boundNames))];
        visitPattern(params, inner);
        visitAll(nodesOf(node.body), inner);
        return;
      }
      case 'ExportNamedDeclaration':
        visitAll(nodesOf(node.declaration), scopes);
        return;
      case 'ImportDeclaration':
      case 'ExportAllDeclaration':
      case 'MetaProperty':
      case 'BreakStatement':
      case 'ContinueStatement':
        return;
      case 'LabeledStatement':
        visitAll(nodesOf(node.body), scopes);
        return;
      case 'TSAsExpression':
      case 'TSSatisfiesExpression':
      case 'TSNonNullExpression':
      case 'TSTypeAssertion':
      case 'TSInstantiationExpression':
        visitAll(nodesOf(node.expression), scopes);
        return;
      default:
        if (!node.type.startsWith('TS')) visitAll(childrenOf(node), scopes);
    }
  }

  /** The bound names themselves are no uses; default values and computed keys inside the pattern are. */
  function visitPattern(patterns: readonly SyntaxNode[], scopes: readonly ReadonlySet<string>[]): void {
    for (const pattern of patterns) {
      if (pattern.type === 'AssignmentPattern') visitAll(nodesOf(pattern.right), scopes);
      if (pattern.type === 'Property' && pattern.computed === true) visitAll(nodesOf(pattern.key), scopes);
      visitPattern(patternParts(pattern), scopes);
    }
  }
}

function propertyName(member: SyntaxNode): string | null {
  const [property] = nodesOf(member.property);
  if (member.computed !== true) return nameOf(property);
  return property?.type === 'Literal' ? nameOf(property) : null;
}

/** The names that statements add to the scope they stand in. */
function declaredIn(statements: readonly SyntaxNode[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const statement of statements) {
    const wrapped = statement.type.startsWith('Export') ? nodesOf(statement.declaration)[0] : undefined;
    const declaration = wrapped ?? statement;
    if (declaration.declare === true) continue;
    switch (declaration.type) {
      case 'VariableDeclaration':
        for (const one of nodesOf(declaration.declarations)) {
          for (const name of nodesOf(one.id).flatMap(boundNames)) names.add(name);
        }
        break;
      case 'FunctionDeclaration':
      case 'ClassDeclaration':
        for (const id of nodesOf(declaration.id)) names.add(nameOf(id));
        break;
      case 'ImportDeclaration':
        for (const one of nodesOf(declaration.specifiers)) names.add(nameOf(one.local));
        break;
    }
  }
  return names;
}

export function boundNames(pattern: SyntaxNode): readonly string[] {
  return pattern.type === 'Identifier' ? [nameOf(pattern)] : patternParts(pattern).flatMap(boundNames);
}

function patternParts(pattern: SyntaxNode): readonly SyntaxNode[] {
  switch (pattern.type) {
    case 'ObjectPattern':
      return nodesOf(pattern.properties);
    case 'ArrayPattern':
      return nodesOf(pattern.elements);
    case 'Property':
      return nodesOf(pattern.value);
    case 'AssignmentPattern':
      return nodesOf(pattern.left);
    case 'RestElement':
      return nodesOf(pattern.argument);
    case 'TSParameterProperty':
      return nodesOf(pattern.parameter);
    default:
      return [];
  }
}
