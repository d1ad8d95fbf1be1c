/** What package-lock.json may contain: no copy older than a known fix, no install scripts, no registry addresses. */

export interface Lockfile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

export interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly optional?: boolean;
  readonly hasInstallScript?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** The oldest version of each that has every security fix known when the line was written. */
const FLOORS: readonly (readonly [name: RegExp, floor: string])[] = [
  [/^ws$/, '8.23.0'],
  [/^engine\.io$/, '6.6.11'],
  [/^socket\.io$/, '4.8.4'],
  [/^socket\.io-parser$/, '4.2.7'],
  [/^node-(?:bin-)?(?:darwin|linux|win)-/, '24.14.1'],
];

export function checkLockfile(lockfile: Lockfile): readonly string[] {
  return Object.entries(lockfile.packages).flatMap(([path, locked]) => {
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const problems: string[] = [];
    for (const [pattern, floor] of FLOORS) {
      if (pattern.test(name) && isBelow(locked.version ?? '0.0.0', floor)) {
        problems.push(`${path} is ${locked.version}; the floor is ${floor}`);
      }
    }
    // An address would tie every clone to one registry; without it npm asks the one that is configured.
    if (locked.resolved?.includes('://')) problems.push(`${path} names an address: ${locked.resolved}`);
    // Dependencies are installed without running their scripts; one that needs its script would be broken.
    if (locked.hasInstallScript && !locked.optional) problems.push(`${path} has an install script`);
    // npm leaves out other platforms' packages when it rewrites a lockfile next to a filled node_modules folder.
    for (const wanted of Object.keys(locked.optionalDependencies ?? {})) {
      const isLocked = Object.keys(lockfile.packages).some((other) => other.endsWith(`node_modules/${wanted}`));
      if (!isLocked) problems.push(`${wanted}, optional for ${name || 'the repository'}, is missing from the lockfile`);
    }
    return problems;
  });
}

/** Compares the three numbers; a pre-release of the floor itself comes before it. */
export function isBelow(version: string, floor: string): boolean {
  const [numbers = '', prerelease] = version.split('-', 2);
  const parts = numbers.split('.').map(Number);
  for (const [i, least] of floor.split('.').map(Number).entries()) {
    const part = parts[i] ?? 0;
    if (part !== least) return part < least;
  }
  return prerelease !== undefined;
}
